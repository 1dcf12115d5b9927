import { useMemo } from 'react';
import { ActiveDialog } from '../actions/ActiveDialog';
import { NewTokenDialog } from '../actions/NewTokenDialog';
import { RevokeAllDialog } from '../actions/RevokeDialogs';
import { RotateDialog } from '../actions/RotateDialog';
import { ScopesDialog } from '../actions/ScopesDialog';
import type { User } from '../api/types';
import { ActionButton } from '../components/ActionButton';
import { ActiveChip, ClientLink, Details, ExactWhen, Mono } from '../components/fields';
import { EmptyWords, ListPage } from '../components/ListPage';
import { Section, ShowPage } from '../components/ShowPage';
import { TokenTable } from '../components/tables';
import { ListButtons, tokenFilter } from '../components/toolbars';

const ActiveUserButtons = ({ user }: { user: User }) => (
  <>
    <ActionButton label="New token" variant="contained">
      {(close) => <NewTokenDialog user={user} onClose={close} />}
    </ActionButton>
    <ActionButton label="Rotate secret">
      {(close) => (
        <RotateDialog
          credential="secret"
          name={user.identifier}
          path={`/users/${user.id}/secret`}
          onClose={close}
        />
      )}
    </ActionButton>
    <ActionButton label="Change scopes">
      {(close) => <ScopesDialog user={user} onClose={close} />}
    </ActionButton>
    <ActionButton label="Revoke all tokens" color="error">
      {(close) => <RevokeAllDialog user={user} onClose={close} />}
    </ActionButton>
  </>
);

const Buttons = ({ user }: { user: User }) => (
  <>
    {user.is_active && <ActiveUserButtons user={user} />}
    <ActionButton
      label={user.is_active ? 'Deactivate' : 'Activate'}
      color={user.is_active ? 'error' : 'primary'}
    >
      {(close) => (
        <ActiveDialog
          kind="user"
          id={user.id}
          name={user.identifier}
          active={user.is_active}
          onClose={close}
        />
      )}
    </ActionButton>
  </>
);

const details = (user: User) => (
  <Details
    rows={[
      ['Client', <ClientLink key="client" id={user.client_id} name={user.client_name} />],
      ['State', <ActiveChip key="state" active={user.is_active} />],
      ['Id', <Mono key="id">{user.id}</Mono>],
      ['Scopes', user.scopes.join(', ') || 'none'],
      ['Created', <ExactWhen key="created" at={user.created_at} />],
      ['Secret', <Mono key="secret">{user.secret_preview}</Mono>],
      ['Secret made', <ExactWhen key="made" at={user.secret_created_at} />],
      [
        'Previous secret',
        user.previous_secret_expires_at ? (
          <>
            works until <ExactWhen at={user.previous_secret_expires_at} />
          </>
        ) : (
          'refused'
        ),
      ],
      ['Last used', <ExactWhen key="used" at={user.last_used_at} />],
    ]}
  />
);

const Tokens = ({ id }: { id: string }) => {
  const within = useMemo(() => ({ user_id: id }), [id]);
  return (
    <Section title="Tokens">
      <ListPage
        resource="tokens"
        label="Tokens of this user"
        within={within}
        filters={[tokenFilter]}
        actions={<ListButtons what="tokens" />}
        empty={<EmptyWords>No tokens. Issue one by the user's secret.</EmptyWords>}
      >
        <TokenTable withUser={false} />
      </ListPage>
    </Section>
  );
};

export default function UserShow() {
  return (
    <ShowPage<User>
      resource="users"
      kind="User"
      title={(user) => user.identifier}
      buttons={(user) => <Buttons user={user} />}
      details={details}
    >
      {(user) => <Tokens id={user.id} />}
    </ShowPage>
  );
}
