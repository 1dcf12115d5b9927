// The filters and buttons above lists.
import { TopToolbar } from 'react-admin';
import { AutocompleteInput, ReferenceInput, SelectInput } from 'react-admin';
import type { ReactNode } from 'react';
import { ExportLink } from './ExportLink';
import { SearchField } from './SearchField';

const choices = (...words: string[]) => words.map((id) => ({ id, name: id }));

export const search = (label: string) => <SearchField key="search" label={label} alwaysOn />;

export const activeFilter = (
  <SelectInput
    key="state"
    source="state"
    choices={choices('active', 'inactive')}
    emptyText="any"
    alwaysOn
  />
);

export const tokenFilter = (
  <SelectInput
    key="state"
    source="state"
    choices={choices('live', 'expired', 'revoked')}
    emptyText="any"
    alwaysOn
  />
);

export const clientFilter = (
  <ReferenceInput
    key="client_id"
    source="client_id"
    reference="clients"
    sort={{ field: 'name', order: 'ASC' }}
    alwaysOn
  >
    <AutocompleteInput
      label="Client"
      optionText="name"
      filterToQuery={(text: string) => (text ? { search: text } : {})}
      helperText={false}
      sx={{ minWidth: { md: 180 } }}
    />
  </ReferenceInput>
);

interface Props {
  what: 'clients' | 'users' | 'tokens' | 'audit';
  children?: ReactNode;
}

export const ListButtons = ({ what, children }: Props) => (
  <TopToolbar>
    <ExportLink what={what} />
    {children}
  </TopToolbar>
);
