import { TextField } from '@mui/material';
import { useState } from 'react';
import { api } from '../api/http';
import type { Fence, User } from '../api/types';
import { ActionDialog } from '../components/ActionDialog';
import { splitScopes } from './NewUserDialog';

export const ScopesDialog = ({ user, onClose }: { user: User; onClose: () => void }) => {
  const [scopes, setScopes] = useState(user.scopes.join(' '));
  const change = async () => {
    const answer = await api.patch<User & Fence>(`/users/${user.id}`, {
      scopes: splitScopes(scopes),
    });
    const since = answer.fenced ? ` Every node goes by them since epoch ${answer.epoch}.` : '';
    return { words: `Scopes now: ${answer.scopes.join(', ') || 'none'}.${since}` };
  };
  return (
    <ActionDialog
      title={`Scopes of ${user.identifier}`}
      explanation="They hold for the user's tokens at once, for those issued earlier as well."
      submitLabel="Save"
      onSubmit={change}
      onClose={onClose}
    >
      {(errors) => (
        <TextField
          label="Scopes"
          value={scopes}
          onChange={(event) => setScopes(event.target.value)}
          fullWidth
          autoFocus
          margin="normal"
          error={Boolean(errors.scopes)}
          helperText={errors.scopes ?? 'Separated by spaces'}
        />
      )}
    </ActionDialog>
  );
};
