// A column of checkboxes whose labels say what they select, and what can be done with the selected.
import { Box, Button, Checkbox, Typography } from '@mui/material';
import { useListContext } from 'react-admin';
import { RevokeSelected } from '../actions/RevokeDialogs';
import type { Token } from '../api/types';
import { numberWords } from '../api/words';

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

const MOST = 1000;

export const SelectionBar = () => {
  const { selectedIds, onUnselectItems, onSelect, getData } = useListContext<Token>();
  if (selectedIds.length === 0) return null;
  // Not the list's own onSelectAll: that one forgets the filters of the address.
  const selectAll = async () => {
    const rows = ((await getData?.({ maxResults: MOST })) ?? []) as Token[];
    onSelect(rows.filter(selectable).map(({ id }) => id));
  };
  return (
    <Box
      role="group"
      aria-label="Selection"
      sx={{ display: 'flex', alignItems: 'center', gap: 1, p: 1, bgcolor: 'action.selected' }}
    >
      <Typography role="status" sx={{ px: 1 }}>
        {numberWords(selectedIds.length)} selected
      </Typography>
      <Button onClick={() => void selectAll()}>Select all, at most {numberWords(MOST)}</Button>
      <Button onClick={() => onUnselectItems()}>Unselect</Button>
      <RevokeSelected />
    </Box>
  );
};
