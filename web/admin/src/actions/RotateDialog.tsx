import { Checkbox, FormControlLabel, MenuItem, TextField } from '@mui/material';
import { useState } from 'react';
import { api } from '../api/http';
import type { Client, Fence, User } from '../api/types';
import { dateTime, fenceWords } from '../api/words';
import { ActionDialog } from '../components/ActionDialog';

const GRACE = [
  [0, 'None: the old one stops working at once'],
  [3600, '1 hour'],
  [86400, '1 day'],
  [604800, '7 days'],
] as const;

type Answer = (Client | User) & Fence & { api_key?: string; secret?: string };

interface Props {
  /** What is renewed: "API key" of a client, or "secret" of a user. */
  credential: 'API key' | 'secret';
  name: string;
  path: string;
  onClose: () => void;
}

const previousUntil = (answer: Answer) =>
  'identifier' in answer ? answer.previous_secret_expires_at : answer.previous_api_key_expires_at;

export const RotateDialog = ({ credential, name, path, onClose }: Props) => {
  const [grace, setGrace] = useState(86400);
  const [revoke, setRevoke] = useState(false);
  const rotate = async () => {
    const answer = await api.post<Answer>(path, {
      grace_period_seconds: grace,
      revoke_tokens: revoke,
    });
    const until = previousUntil(answer);
    const old = until ? `The old one works until ${dateTime(until)}.` : 'The old one is refused.';
    return {
      words: [`${name} has a new ${credential}.`, old, fenceWords(answer)].join(' ').trim(),
      once: { label: `New ${credential}`, value: answer.api_key ?? answer.secret ?? '' },
    };
  };
  return (
    <ActionDialog
      title={`New ${credential} for ${name}`}
      explanation={`The new ${credential} is shown once. Hand it over within the grace period.`}
      submitLabel="Rotate"
      onSubmit={rotate}
      onClose={onClose}
    >
      {(errors) => (
        <>
          <TextField
            select
            fullWidth
            margin="normal"
            label="Grace period of the old one"
            value={grace}
            onChange={(event) => setGrace(Number(event.target.value))}
            error={Boolean(errors.grace_period_seconds)}
            helperText={errors.grace_period_seconds}
          >
            {GRACE.map(([seconds, words]) => (
              <MenuItem key={seconds} value={seconds}>
                {words}
              </MenuItem>
            ))}
          </TextField>
          <FormControlLabel
            control={<Checkbox checked={revoke} onChange={(_, checked) => setRevoke(checked)} />}
            label="Also revoke all tokens issued so far"
          />
        </>
      )}
    </ActionDialog>
  );
};
