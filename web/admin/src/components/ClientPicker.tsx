import { Autocomplete, TextField } from '@mui/material';
import { useEffect, useState } from 'react';
import { api } from '../api/http';
import type { Client, Page } from '../api/types';

export interface ClientChoice {
  id: string;
  name: string;
}

interface Props {
  value: ClientChoice | null;
  onChange: (client: ClientChoice | null) => void;
  error?: string;
}

/** Finds a client by the beginning of its name. */
export const ClientPicker = ({ value, onChange, error }: Props) => {
  const [text, setText] = useState('');
  const [found, setFound] = useState<ClientChoice[]>([]);
  useEffect(() => {
    let current = true;
    const search = text === value?.name ? '' : text;
    const query = { search, state: 'active', sort: 'name', order: 'asc', page_size: 20 };
    api.get<Page<Client>>('/clients', query).then(
      (page) => current && setFound(page.items),
      () => current && setFound([]),
    );
    return () => {
      current = false;
    };
  }, [text, value]);
  return (
    <Autocomplete
      options={found}
      filterOptions={(options) => options}
      getOptionLabel={(client) => client.name}
      getOptionKey={(client) => client.id}
      isOptionEqualToValue={(a, b) => a.id === b.id}
      value={value}
      onChange={(_, client) => onChange(client)}
      onInputChange={(_, input) => setText(input)}
      renderInput={(params) => (
        <TextField
          {...params}
          label="Client"
          required
          margin="normal"
          autoFocus={!value}
          error={Boolean(error)}
          helperText={error ?? 'Type the beginning of its name'}
        />
      )}
    />
  );
};
