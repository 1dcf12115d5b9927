import {
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  Typography,
} from '@mui/material';
import { useState } from 'react';
import { DataTable, SelectInput, TextInput } from 'react-admin';
import type { AuditRow } from '../api/types';
import { dateTime } from '../api/words';
import { PageLink } from '../components/PageLink';
import { ClientLink, Details, Mono } from '../components/fields';
import { EmptyWords, ListPage, useNarrow } from '../components/ListPage';
import { PageHeader } from '../components/PageHeader';
import { Cards } from '../components/tables';
import { ListButtons } from '../components/toolbars';
import { SearchField } from '../components/SearchField';
import { VerifyTrail } from './VerifyTrail';

const ACTIONS = [
  'client_created',
  'client_activated',
  'client_deactivated',
  'api_key_rotated',
  'user_created',
  'user_activated',
  'user_deactivated',
  'scopes_changed',
  'secret_rotated',
  'user_tokens_revoked',
  'token_issued',
  'token_revoked',
  'key_first_seen',
  'signing_key_changed',
  'key_retired',
  'administrator_added',
  'administrator_role_changed',
  'administrator_removed',
  'login_link_made',
  'admin_logged_in',
  'admin_login_refused',
  'admin_change_refused',
  'session_ended',
  'sessions_ended',
  'database_restored',
];
const ACTORS = ['master', 'client', 'user', 'operator', 'administrator', 'stranger', 'system'];

export const actionWords = (action: string) => action.replace(/_/g, ' ');

const choices = (words: string[]) => words.map((id) => ({ id, name: actionWords(id) }));

const TimeField = ({ source, label }: { source: string; label: string; alwaysOn?: boolean }) => (
  <TextInput
    source={source}
    label={label}
    type="datetime-local"
    helperText={false}
    slotProps={{ inputLabel: { shrink: true } }}
  />
);

const filters = [
  <SelectInput key="action" source="action" choices={choices(ACTIONS)} emptyText="any" alwaysOn />,
  <SelectInput key="actor" source="actor" choices={choices(ACTORS)} emptyText="any" alwaysOn />,
  <SearchField key="client_id" source="client_id" label="Client id" alwaysOn />,
  <SearchField key="object_id" source="object_id" label="Object id" alwaysOn />,
  <TimeField key="from" source="from" label="From" alwaysOn />,
  <TimeField key="to" source="to" label="Until" alwaysOn />,
];

const objectPage = (row: AuditRow) => {
  const pages = ['client', 'user', 'token'];
  return row.object && row.object_id && pages.includes(row.object)
    ? `/${row.object}s/${row.object_id}/show`
    : null;
};

const ObjectOf = ({ row }: { row: AuditRow }) => {
  const page = objectPage(row);
  const name = row.object_id ? `${row.object} …${row.object_id.slice(-8)}` : (row.object ?? '');
  return page ? <PageLink to={page}>{name}</PageLink> : <>{name}</>;
};

const RowDetails = ({ row }: { row: AuditRow }) => {
  const client = row.client_id && <ClientLink id={row.client_id} name={row.client_id} />;
  return (
    <Details
      rows={[
        ['Time', row.at],
        ['Object id', row.object_id ?? 'none'],
        ['Client', client ?? 'none'],
        ['Actor', [row.actor, row.actor_id].filter(Boolean).join(' ')],
        ['Request', row.request_id ?? 'none'],
        ['Detail', row.detail || 'none'],
        ['Hash', <Mono key="hash">{row.hash}</Mono>],
      ]}
    />
  );
};

const More = ({ row }: { row: AuditRow }) => {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)} aria-label={`More about ${row.sequence}`}>
        More
      </Button>
      <Dialog open={open} onClose={close} fullWidth maxWidth="md" aria-labelledby="row-title">
        <DialogTitle id="row-title">
          {row.sequence}. {actionWords(row.action)}
        </DialogTitle>
        <DialogContent>
          <RowDetails row={row} />
        </DialogContent>
        <DialogActions>
          <Button onClick={close} autoFocus>
            Close
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
};

type Row = AuditRow & { id: number };
const Column = DataTable.Col<Row>;

const AuditTable = () =>
  useNarrow() ? (
    <Cards<Row>>
      {(row) => (
        <>
          <Box sx={{ fontWeight: 600 }}>
            {row.sequence}. {actionWords(row.action)}
          </Box>
          <Typography variant="body2" color="text.secondary">
            {dateTime(row.at)} by {row.actor} {row.actor_id}
          </Typography>
          <Typography variant="body2" component="div">
            <ObjectOf row={row} /> {row.detail} <More row={row} />
          </Typography>
        </>
      )}
    </Cards>
  ) : (
    <DataTable<Row>
      bulkActionButtons={false}
      rowClick={false}
      empty={<Typography sx={{ p: 2 }}>Nothing fits these filters.</Typography>}
    >
      <Column label="No." render={(row) => row.sequence} />
      <Column
        label="Time"
        render={(row) => <Box sx={{ whiteSpace: 'nowrap' }}>{dateTime(row.at)}</Box>}
      />
      <Column label="What" render={(row) => actionWords(row.action)} />
      <Column label="Object" render={(row) => <ObjectOf row={row} />} />
      <Column label="By" render={(row) => row.actor} />
      <Column label="From" render={(row) => row.address} />
      <Column label="Detail" render={(row) => row.detail} />
      <Column label="All" render={(row) => <More row={row} />} />
    </DataTable>
  );

export default function AuditList() {
  return (
    <>
      <PageHeader title="Audit trail">
        <VerifyTrail />
      </PageHeader>
      <ListPage
        resource="audit"
        label="Audit trail"
        filters={filters}
        actions={<ListButtons what="audit" />}
        empty={<EmptyWords>Nothing has been changed yet.</EmptyWords>}
      >
        <AuditTable />
      </ListPage>
    </>
  );
}
