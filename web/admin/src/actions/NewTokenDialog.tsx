import { MenuItem, TextField } from '@mui/material';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { api } from '../api/http';
import type { Token, User } from '../api/types';
import { dateTime } from '../api/words';
import { ActionDialog } from '../components/ActionDialog';
import { ClientPicker } from '../components/ClientPicker';
import { useDefaultClient } from './defaultClient';

const LIFETIMES = [
  [0, "The server's default"],
  [3600, '1 hour'],
  [86400, '1 day'],
  [604800, '7 days'],
  [2592000, '30 days'],
  [7776000, '90 days'],
  [31536000, '1 year'],
] as const;

interface Props {
  user?: Pick<User, 'client_id' | 'client_name' | 'identifier'>;
  /** The user's secret, where it is at hand because it was made a moment ago. */
  secret?: string;
  onClose: () => void;
}

interface LifetimeProps {
  value: number;
  onChange: (seconds: number) => void;
  error?: string;
}

const Lifetime = ({ value, onChange, error }: LifetimeProps) => (
  <TextField
    select
    label="Valid for"
    value={value}
    onChange={(event) => onChange(Number(event.target.value))}
    fullWidth
    margin="normal"
    error={Boolean(error)}
    helperText={error}
  >
    {LIFETIMES.map(([seconds, words]) => (
      <MenuItem key={seconds} value={seconds}>
        {words}
      </MenuItem>
    ))}
  </TextField>
);

export const NewTokenDialog = ({ user, secret: known, onClose }: Props) => {
  const fixed = useRef(user && { id: user.client_id, name: user.client_name }).current;
  const [client, setClient] = useDefaultClient(fixed);
  const [identifier, setIdentifier] = useState(user?.identifier ?? '');
  const [secret, setSecret] = useState(known ?? '');
  const [seconds, setSeconds] = useState(0);
  const issued = useRef('');
  const navigate = useNavigate();
  const issue = async () => {
    const token = await api.post<Token & { token: string }>('/tokens', {
      client_id: client?.id ?? '',
      identifier,
      secret,
      ...(seconds ? { expires_in: seconds } : {}),
    });
    issued.current = token.id;
    setSecret('');
    const until = dateTime(token.expires_at);
    return {
      words: `The token is valid until ${until}. To take it back, open it and press Revoke.`,
      once: { label: 'Token', value: token.token },
    };
  };
  return (
    <ActionDialog
      title={user ? `New token for ${user.identifier}` : 'New token'}
      explanation="Whoever holds the token is the user until it expires or is revoked."
      submitLabel="Issue"
      onSubmit={issue}
      onClose={(done) => {
        onClose();
        if (done) navigate(`/tokens/${issued.current}/show`);
      }}
    >
      {(errors) => (
        <>
          {!user && (
            <>
              <ClientPicker value={client} onChange={setClient} error={errors.client_id} />
              <TextField
                label="Identifier"
                value={identifier}
                onChange={(event) => setIdentifier(event.target.value)}
                required
                fullWidth
                margin="normal"
                error={Boolean(errors.identifier)}
                helperText={errors.identifier ?? "The user's"}
              />
            </>
          )}
          <TextField
            label="Secret"
            type="password"
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
            required
            fullWidth
            autoFocus={Boolean(user) && !known}
            margin="normal"
            error={Boolean(errors.secret)}
            helperText={
              errors.secret ?? 'As it was shown when the user was made or its secret rotated'
            }
            slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false } }}
          />
          <Lifetime value={seconds} onChange={setSeconds} error={errors.expires_in} />
        </>
      )}
    </ActionDialog>
  );
};
