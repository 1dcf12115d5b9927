import { MenuItem, TextField } from '@mui/material';
import { useState } from 'react';
import { api } from '../api/http';
import type { Administrator, Role } from '../api/types';
import { ActionDialog } from '../components/ActionDialog';

const pathOf = (email: string) => `/administrators/${encodeURIComponent(email)}`;

interface RoleFieldProps {
  value: Role;
  onChange: (role: Role) => void;
  error?: string;
}

const RoleField = ({ value, onChange, error }: RoleFieldProps) => (
  <TextField
    select
    fullWidth
    margin="normal"
    label="Role"
    value={value}
    onChange={(event) => onChange(event.target.value as Role)}
    error={Boolean(error)}
    helperText={error}
  >
    <MenuItem value="administrator">administrator: sees and changes</MenuItem>
    <MenuItem value="auditor">auditor: sees and changes nothing</MenuItem>
  </TextField>
);

export const AllowDialog = ({ onClose }: { onClose: () => void }) => {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('administrator');
  return (
    <ActionDialog
      title="Allow an address"
      explanation="Whoever proves to own it at the OpenID Connect provider may log in."
      submitLabel="Allow"
      onSubmit={async () => {
        const added = await api.post<Administrator>('/administrators', { email, role });
        return { words: `${added.email} may log in as ${added.role}.` };
      }}
      onClose={onClose}
    >
      {(errors) => (
        <>
          <TextField
            label="E-mail address"
            type="email"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            required
            fullWidth
            autoFocus
            margin="normal"
            error={Boolean(errors.email)}
            helperText={errors.email}
          />
          <RoleField value={role} onChange={setRole} error={errors.role} />
        </>
      )}
    </ActionDialog>
  );
};

interface OneProps {
  administrator: Administrator;
  onClose: () => void;
}

export const RoleDialog = ({ administrator, onClose }: OneProps) => {
  const [role, setRole] = useState<Role>(administrator.role);
  return (
    <ActionDialog
      title={`Role of ${administrator.email}`}
      submitLabel="Save"
      onSubmit={async () => {
        const now = await api.patch<Administrator>(pathOf(administrator.email), { role });
        return { words: `${now.email} is ${now.role} now.` };
      }}
      onClose={onClose}
    >
      {(errors) => <RoleField value={role} onChange={setRole} error={errors.role} />}
    </ActionDialog>
  );
};

export const RemoveDialog = ({ administrator, onClose }: OneProps) => (
  <ActionDialog
    title={`Remove ${administrator.email}?`}
    explanation="Its sessions end, and it cannot log in any more."
    submitLabel="Remove"
    danger
    onSubmit={async () => {
      await api.delete(pathOf(administrator.email));
      return { words: `${administrator.email} is removed, and its sessions are ended.` };
    }}
    onClose={onClose}
  />
);
