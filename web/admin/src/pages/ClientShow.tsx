import { useMemo } from 'react';
import { ActiveDialog } from '../actions/ActiveDialog';
import { NewUserDialog } from '../actions/NewUserDialog';
import { RotateDialog } from '../actions/RotateDialog';
import type { Client } from '../api/types';
import { numberWords } from '../api/words';
import { ActionButton } from '../components/ActionButton';
import { ActiveChip, Details, ExactWhen, Mono } from '../components/fields';
import { EmptyWords, ListPage } from '../components/ListPage';
import { Section, ShowPage } from '../components/ShowPage';
import { UserTable } from '../components/tables';
import { ListButtons, activeFilter, search } from '../components/toolbars';

const Buttons = ({ client }: { client: Client }) => (
  <>
    {client.is_active && (
      <>
        <ActionButton label="New user" variant="contained">
          {(close) => <NewUserDialog client={client} onClose={close} />}
        </ActionButton>
        <ActionButton label="Rotate API key">
          {(close) => (
            <RotateDialog
              credential="API key"
              name={client.name}
              path={`/clients/${client.id}/api-key`}
              onClose={close}
            />
          )}
        </ActionButton>
      </>
    )}
    <ActionButton
      label={client.is_active ? 'Deactivate' : 'Activate'}
      color={client.is_active ? 'error' : 'primary'}
    >
      {(close) => (
        <ActiveDialog
          kind="client"
          id={client.id}
          name={client.name}
          active={client.is_active}
          onClose={close}
        />
      )}
    </ActionButton>
  </>
);

const details = (client: Client) => (
  <Details
    rows={[
      ['State', <ActiveChip key="state" active={client.is_active} />],
      ['Id', <Mono key="id">{client.id}</Mono>],
      ['Created', <ExactWhen key="created" at={client.created_at} />],
      ['API key', <Mono key="key">{client.api_key_preview}</Mono>],
      ['Key made', <ExactWhen key="made" at={client.api_key_created_at} />],
      [
        'Previous key',
        client.previous_api_key_expires_at ? (
          <>
            works until <ExactWhen at={client.previous_api_key_expires_at} />
          </>
        ) : (
          'refused'
        ),
      ],
      ['Last used', <ExactWhen key="used" at={client.last_used_at} />],
      ['Users', numberWords(client.users)],
    ]}
  />
);

const Users = ({ id }: { id: string }) => {
  const within = useMemo(() => ({ client_id: id }), [id]);
  return (
    <Section title="Users">
      <ListPage
        resource="users"
        label="Users of this client"
        sort={{ field: 'created_at', order: 'DESC' }}
        within={within}
        filters={[search('Identifier begins with'), activeFilter]}
        actions={<ListButtons what="users" />}
        empty={<EmptyWords>No users yet. Give the client its first one.</EmptyWords>}
      >
        <UserTable withClient={false} />
      </ListPage>
    </Section>
  );
};

export default function ClientShow() {
  return (
    <ShowPage<Client>
      resource="clients"
      kind="Client"
      title={(client) => client.name}
      buttons={(client) => <Buttons client={client} />}
      details={details}
    >
      {(client) => <Users id={client.id} />}
    </ShowPage>
  );
}
