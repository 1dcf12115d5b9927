// A column of checkboxes whose labels say what they select.
import { Checkbox } from '@mui/material';
import { useListContext } from 'react-admin';
import type { Token } from '../api/types';

export const selectable = (token: Token) => token.state === 'live';

export const SelectToken = ({ token }: { token: Token }) => {
  const { selectedIds, onToggleItem } = useListContext<Token>();
  return (
    <Checkbox
      size="small"
      checked={selectedIds.includes(token.id)}
      disabled={!selectable(token)}
      onClick={(event) => event.stopPropagation()}
      onChange={() => onToggleItem(token.id)}
      slotProps={{ input: { 'aria-label': `Select ${token.preview} of ${token.username}` } }}
    />
  );
};

export const SelectPage = () => {
  const { data, selectedIds, onSelect } = useListContext<Token>();
  const here = (data ?? []).filter(selectable).map(({ id }) => id);
  const chosen = here.filter((id) => selectedIds.includes(id));
  const all = here.length > 0 && chosen.length === here.length;
  const rest = selectedIds.filter((id) => !here.includes(String(id)));
  return (
    <Checkbox
      size="small"
      checked={all}
      indeterminate={chosen.length > 0 && !all}
      disabled={here.length === 0}
      onChange={() => onSelect(all ? rest : [...rest, ...here])}
      slotProps={{ input: { 'aria-label': 'Select all live tokens of this page' } }}
    />
  );
};
