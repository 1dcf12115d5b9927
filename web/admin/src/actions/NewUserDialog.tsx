import { TextField } from '@mui/material';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { api } from '../api/http';
import type { User } from '../api/types';
import { ActionDialog } from '../components/ActionDialog';
import { ClientPicker } from '../components/ClientPicker';
import type { ClientChoice } from '../components/ClientPicker';
import { useDefaultClient } from './defaultClient';
import { NewTokenDialog } from './NewTokenDialog';

export const splitScopes = (text: string) => text.split(/[\s,]+/).filter(Boolean);

interface Props {
  client?: ClientChoice;
  onClose: () => void;
}

interface FormProps extends Props {
  created: (user: User & { secret: string }) => void;
  issue: () => void;
}

const UserForm = ({ client: fixed, created, issue, onClose }: FormProps) => {
  const [client, setClient] = useDefaultClient(fixed);
  const [identifier, setIdentifier] = useState('');
  const [scopes, setScopes] = useState('read:all');
  const create = async () => {
    const list = splitScopes(scopes);
    const body = { client_id: client?.id ?? '', identifier, scopes: list };
    const user = await api.post<User & { secret: string }>('/users', body);
    created(user);
    return {
      words: `The user ${user.identifier} of ${user.client_name} is there.`,
      once: { label: 'Secret', value: user.secret },
      next: { label: 'Issue a token with it', go: issue },
    };
  };
  return (
    <ActionDialog
      title={fixed ? `New user of ${fixed.name}` : 'New user'}
      explanation="One integration or service. It gets tokens by its identifier and its secret."
      submitLabel="Create"
      onSubmit={create}
      onClose={onClose}
    >
      {(errors) => (
        <>
          {!fixed && <ClientPicker value={client} onChange={setClient} error={errors.client_id} />}
          <TextField
            label="Identifier"
            value={identifier}
            onChange={(event) => setIdentifier(event.target.value)}
            required
            fullWidth
            autoFocus={Boolean(fixed)}
            margin="normal"
            error={Boolean(errors.identifier)}
            helperText={errors.identifier ?? 'For example reporting_service'}
          />
          <TextField
            label="Scopes"
            value={scopes}
            onChange={(event) => setScopes(event.target.value)}
            fullWidth
            margin="normal"
            error={Boolean(errors.scopes)}
            helperText={errors.scopes ?? 'What it may do, separated by spaces'}
          />
        </>
      )}
    </ActionDialog>
  );
};

/** Creates a user; then, if wanted, its first token, for which the secret is still at hand. */
export const NewUserDialog = ({ client, onClose }: Props) => {
  const user = useRef<(User & { secret: string }) | null>(null);
  const [issuing, setIssuing] = useState(false);
  const navigate = useNavigate();
  const close = () => {
    const id = user.current?.id;
    user.current = null;
    onClose();
    if (id) navigate(`/users/${id}/show`);
  };
  if (issuing && user.current) {
    return <NewTokenDialog user={user.current} secret={user.current.secret} onClose={close} />;
  }
  return (
    <UserForm
      client={client}
      created={(made) => (user.current = made)}
      issue={() => setIssuing(true)}
      onClose={close}
    />
  );
};
