// The tables of clients, users and tokens, as pages and other pages show them; on a narrow screen
// each row is a card.
import { Box, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { DataTable, RecordContextProvider, useListContext } from 'react-admin';
import { useMayChange } from '../api/session';
import type { Client, Token, User } from '../api/types';
import { numberWords } from '../api/words';
import { ActiveChip, ClientLink, Mono, StateChip, TokenLink, UserLink, When } from './fields';
import { SelectionBar, SelectPage, SelectToken } from './selection';
import { useNarrow } from './ListPage';

type Row = { id: string | number };

/** The rows of the list around as cards. */
export function Cards<Item extends Row>({ children }: { children: (item: Item) => ReactNode }) {
  const { data } = useListContext<Item>();
  return (
    <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
      {(data ?? []).map((item) => (
        <Box
          component="li"
          key={item.id}
          sx={{ p: 2, borderBottom: 1, borderColor: 'divider', '&:last-child': { border: 0 } }}
        >
          <RecordContextProvider value={item}>{children(item)}</RecordContextProvider>
        </Box>
      ))}
      {data?.length === 0 && <Typography sx={{ p: 2 }}>Nothing fits these filters.</Typography>}
    </Box>
  );
}

const CardTop = ({ children }: { children: ReactNode }) => (
  <Box sx={{ display: 'flex', justifyContent: 'space-between', gap: 1, fontWeight: 600 }}>
    {children}
  </Box>
);

const CardLine = ({ children }: { children: ReactNode }) => (
  <Typography variant="body2" color="text.secondary">
    {children}
  </Typography>
);

const ClientColumn = DataTable.Col<Client>;
const UserColumn = DataTable.Col<User>;
const TokenColumn = DataTable.Col<Token>;

const NothingFits = () => <Typography sx={{ p: 2 }}>Nothing fits these filters.</Typography>;

export const ClientTable = () =>
  useNarrow() ? (
    <Cards<Client>>
      {(client) => (
        <>
          <CardTop>
            <ClientLink id={client.id} name={client.name} />
            <ActiveChip active={client.is_active} />
          </CardTop>
          <CardLine>
            {numberWords(client.users)} users · key <Mono>{client.api_key_preview}</Mono>
          </CardLine>
          <CardLine>
            Last used <When at={client.last_used_at} />
          </CardLine>
        </>
      )}
    </Cards>
  ) : (
    <DataTable<Client> bulkActionButtons={false} rowClick="show" empty={<NothingFits />}>
      <ClientColumn source="name" render={(c) => <ClientLink id={c.id} name={c.name} />} />
      <ClientColumn
        label="State"
        render={(client) => <ActiveChip active={client.is_active} />}
        disableSort
      />
      <DataTable.NumberCol source="users" disableSort />
      <ClientColumn label="API key" render={(c) => <Mono>{c.api_key_preview}</Mono>} />
      <ClientColumn label="Key made" render={(c) => <When at={c.api_key_created_at} />} />
      <ClientColumn label="Last used" render={(client) => <When at={client.last_used_at} />} />
      <ClientColumn
        source="created_at"
        label="Created"
        render={(client) => <When at={client.created_at} />}
      />
    </DataTable>
  );

const NewestToken = ({ user }: { user: User }) =>
  user.newest_token ? (
    <>
      <Mono>{user.newest_token.preview}</Mono> until <When at={user.newest_token.expires_at} />
    </>
  ) : (
    <>none</>
  );

export const UserTable = ({ withClient = true }: { withClient?: boolean }) =>
  useNarrow() ? (
    <Cards<User>>
      {(user) => (
        <>
          <CardTop>
            <UserLink id={user.id} name={user.identifier} />
            <ActiveChip active={user.is_active} />
          </CardTop>
          {withClient && (
            <CardLine>
              of <ClientLink id={user.client_id} name={user.client_name} />
            </CardLine>
          )}
          <CardLine>{user.scopes.join(', ')}</CardLine>
          <CardLine>
            Newest token: <NewestToken user={user} />
          </CardLine>
        </>
      )}
    </Cards>
  ) : (
    <DataTable<User> bulkActionButtons={false} rowClick="show" empty={<NothingFits />}>
      <UserColumn source="identifier" render={(u) => <UserLink id={u.id} name={u.identifier} />} />
      {withClient && (
        <UserColumn
          label="Client"
          render={(user) => <ClientLink id={user.client_id} name={user.client_name} />}
        />
      )}
      <UserColumn label="State" render={(user) => <ActiveChip active={user.is_active} />} />
      <UserColumn label="Scopes" render={(user) => user.scopes.join(', ')} />
      <UserColumn label="Newest token" render={(user) => <NewestToken user={user} />} />
      <UserColumn label="Last used" render={(user) => <When at={user.last_used_at} />} />
      <UserColumn
        source="created_at"
        label="Created"
        render={(user) => <When at={user.created_at} />}
      />
    </DataTable>
  );

const issuedBy = (token: Token) => token.created_by_username ?? 'the user';

const TokenCards = () => (
  <Cards<Token>>
    {(token) => (
      <>
        <CardTop>
          <TokenLink id={token.id} name={token.preview} />
          <StateChip state={token.state} />
        </CardTop>
        <CardLine>
          <UserLink id={token.user_id} name={token.username} /> of{' '}
          <ClientLink id={token.client_id} name={token.client_name} />
        </CardLine>
        <CardLine>
          Issued <When at={token.created_at} /> by {issuedBy(token)}, expires{' '}
          <When at={token.expires_at} />
        </CardLine>
      </>
    )}
  </Cards>
);

export const TokenTable = ({ withUser = true }: { withUser?: boolean }) => {
  const mayChange = useMayChange();
  if (useNarrow()) return <TokenCards />;
  return (
    <DataTable<Token>
      bulkActionButtons={false}
      bulkActionsToolbar={mayChange ? <SelectionBar /> : undefined}
      rowClick="show"
      empty={<NothingFits />}
    >
      {mayChange && (
        <TokenColumn label={<SelectPage />} render={(token) => <SelectToken token={token} />} />
      )}
      <TokenColumn label="Token" render={(t) => <TokenLink id={t.id} name={t.preview} />} />
      {withUser && (
        <TokenColumn
          label="User"
          render={(token) => <UserLink id={token.user_id} name={token.username} />}
        />
      )}
      {withUser && (
        <TokenColumn
          label="Client"
          render={(token) => <ClientLink id={token.client_id} name={token.client_name} />}
        />
      )}
      <TokenColumn label="State" render={(token) => <StateChip state={token.state} />} />
      <TokenColumn label="Issued" render={(token) => <When at={token.created_at} />} />
      <TokenColumn label="By" render={issuedBy} />
      <TokenColumn label="Expires" render={(token) => <When at={token.expires_at} />} />
      <TokenColumn label="Last used" render={(token) => <When at={token.last_used_at} />} />
    </DataTable>
  );
};
