// Who may log in, and who is logged in.
import {
  Alert,
  Button,
  Card,
  Chip,
  CircularProgress,
  Table,
  TableBody,
  TableCell,
  TableContainer,
  TableHead,
  TableRow,
} from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { AllowDialog, RemoveDialog, RoleDialog } from '../actions/AdministratorDialogs';
import { api } from '../api/http';
import { setSession, useMayChange, useSession } from '../api/session';
import type { Administrator, SessionItem } from '../api/types';
import { errorWords, plural } from '../api/words';
import { ActionButton } from '../components/ActionButton';
import { ActionDialog } from '../components/ActionDialog';
import { When } from '../components/fields';
import { PageHeader } from '../components/PageHeader';
import { Section } from '../components/ShowPage';

const useItems = <Item,>(path: string) =>
  useQuery({
    queryKey: [path],
    queryFn: () => api.get<{ items: Item[] }>(path).then((answer) => answer.items),
  });

interface TableProps {
  label: string;
  columns: string[];
  query: { error: unknown; isPending: boolean };
  children: ReactNode;
}

const PlainTable = ({ label, columns, query, children }: TableProps) => {
  if (query.error) return <Alert severity="error">{errorWords(query.error)}</Alert>;
  if (query.isPending) return <CircularProgress aria-label="Loading" />;
  return (
    <TableContainer
      component={Card}
      variant="outlined"
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <Table size="small" aria-label={label}>
        <TableHead>
          <TableRow>
            {columns.map((column) => (
              <TableCell key={column}>{column}</TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>{children}</TableBody>
      </Table>
    </TableContainer>
  );
};

const AdministratorButtons = ({ administrator }: { administrator: Administrator }) => {
  const own = useSession()?.email === administrator.email;
  if (administrator.source === 'setting') return <>by the server&apos;s settings</>;
  if (own) return <>yourself</>;
  return (
    <>
      <ActionButton label="Role" size="small" variant="text">
        {(close) => <RoleDialog administrator={administrator} onClose={close} />}
      </ActionButton>
      <ActionButton label="Remove" size="small" variant="text" color="error">
        {(close) => <RemoveDialog administrator={administrator} onClose={close} />}
      </ActionButton>
    </>
  );
};

const Administrators = () => {
  const query = useItems<Administrator>('/administrators');
  const columns = ['E-mail address', 'Role', 'Added', 'By', 'Changes'];
  return (
    <Section title="Administrators">
      <PlainTable label="Administrators" columns={columns} query={query}>
        {(query.data ?? []).map((administrator) => (
          <TableRow key={administrator.email}>
            <TableCell>{administrator.email}</TableCell>
            <TableCell>{administrator.role}</TableCell>
            <TableCell>
              <When at={administrator.added_at} none="–" />
            </TableCell>
            <TableCell>{administrator.added_by ?? '–'}</TableCell>
            <TableCell>
              <AdministratorButtons administrator={administrator} />
            </TableCell>
          </TableRow>
        ))}
      </PlainTable>
    </Section>
  );
};

const EndDialog = ({ session, onClose }: { session: SessionItem; onClose: () => void }) => (
  <ActionDialog
    title={session.current ? 'End this session?' : `End the session of ${session.email}?`}
    explanation={session.current ? 'You will be logged out.' : 'That browser is logged out.'}
    submitLabel="End"
    danger
    onSubmit={async () => {
      await api.delete(`/sessions/${session.id}`);
      if (session.current) setSession(null);
      return { words: 'The session is ended.' };
    }}
    onClose={onClose}
  />
);

/** Ending one's own is nobody's privilege: an auditor may as well. */
const End = ({ session }: { session: SessionItem }) => {
  const [open, setOpen] = useState(false);
  const mayChange = useMayChange();
  const own = useSession()?.email === session.email;
  if (!own && !mayChange) return null;
  return (
    <>
      <Button size="small" color="error" onClick={() => setOpen(true)}>
        End
      </Button>
      {open && <EndDialog session={session} onClose={() => setOpen(false)} />}
    </>
  );
};

const EndAll = () => {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="outlined" color="error" onClick={() => setOpen(true)}>
        Log out everywhere
      </Button>
      {open && (
        <ActionDialog
          title="Log out everywhere?"
          explanation="All your sessions end, in this browser and in every other."
          submitLabel="Log out everywhere"
          danger
          onSubmit={async () => {
            const { ended } = await api.delete<{ ended: number }>('/sessions');
            setSession(null);
            return { words: `${plural(ended, 'session')} ended.` };
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
};

const Sessions = () => {
  const query = useItems<SessionItem>('/sessions');
  const columns = ['E-mail address', 'Role', 'From', 'Logged in', 'Last seen', 'Ends', 'Changes'];
  return (
    <Section title="Sessions">
      <PlainTable label="Sessions" columns={columns} query={query}>
        {(query.data ?? []).map((session) => (
          <TableRow key={session.id}>
            <TableCell>
              {session.email} {session.current && <Chip size="small" label="this one" />}
            </TableCell>
            <TableCell>{session.role}</TableCell>
            <TableCell>{session.address}</TableCell>
            <TableCell>
              <When at={session.created_at} />
            </TableCell>
            <TableCell>
              <When at={session.last_seen_at} />
            </TableCell>
            <TableCell>
              <When at={session.expires_at} />
            </TableCell>
            <TableCell>
              <End session={session} />
            </TableCell>
          </TableRow>
        ))}
      </PlainTable>
    </Section>
  );
};

export default function Access() {
  return (
    <>
      <PageHeader title="Access">
        <ActionButton label="Allow an address" variant="contained">
          {(close) => <AllowDialog onClose={close} />}
        </ActionButton>
        <EndAll />
      </PageHeader>
      <Administrators />
      <Sessions />
    </>
  );
}
