import { TextField } from '@mui/material';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { api } from '../api/http';
import type { Client } from '../api/types';
import { ActionDialog } from '../components/ActionDialog';

export const NewClientDialog = ({ onClose }: { onClose: () => void }) => {
  const [name, setName] = useState('');
  const created = useRef('');
  const navigate = useNavigate();
  const create = async () => {
    const client = await api.post<Client & { api_key: string }>('/clients', { name });
    created.current = client.id;
    return {
      words: `The client ${client.name} is there. Next, give it a user.`,
      once: { label: 'API key', value: client.api_key },
    };
  };
  return (
    <ActionDialog
      title="New client"
      explanation="A company or application that creates and manages its own users by an API key."
      submitLabel="Create"
      onSubmit={create}
      onClose={(done) => {
        onClose();
        if (done) navigate(`/clients/${created.current}/show`);
      }}
    >
      {(errors) => {
        const problem = errors.name ?? errors.client_name;
        return (
          <TextField
            label="Name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            required
            fullWidth
            autoFocus
            margin="normal"
            error={Boolean(problem)}
            helperText={problem ?? 'For example example_company'}
          />
        );
      }}
    </ActionDialog>
  );
};
