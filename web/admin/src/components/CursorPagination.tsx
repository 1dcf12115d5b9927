import { Box, Button, MenuItem, TextField, Typography } from '@mui/material';
import { useListContext } from 'react-admin';
import { numberWords } from '../api/words';

const SIZES = [10, 25, 50, 100];

/** On and back: lists go by cursor, so that the last page of a million costs what the first does. */
export const CursorPagination = () => {
  const list = useListContext();
  const { data, page, perPage, total, hasNextPage, hasPreviousPage, isPending } = list;
  if (isPending) return null;
  const count = data?.length ?? 0;
  const first = (page - 1) * perPage + 1;
  const range = count === 0 ? 'nothing' : `${numberWords(first)}–${numberWords(first + count - 1)}`;
  return (
    <Box
      component="nav"
      aria-label="Pages"
      sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1, p: 1 }}
    >
      <TextField
        select
        fullWidth={false}
        size="small"
        variant="standard"
        label="Rows"
        value={perPage}
        onChange={(event) => list.setPerPage(Number(event.target.value))}
        sx={{ minWidth: 64 }}
      >
        {SIZES.map((size) => (
          <MenuItem key={size} value={size}>
            {size}
          </MenuItem>
        ))}
      </TextField>
      <Typography role="status" sx={{ flex: 1, textAlign: 'right' }}>
        {range}
        {total != null && count > 0 ? ` of ${numberWords(total)}` : ''}
      </Typography>
      <Button disabled={!hasPreviousPage} onClick={() => list.setPage(page - 1)}>
        Previous
      </Button>
      <Button disabled={!hasNextPage} onClick={() => list.setPage(page + 1)}>
        Next
      </Button>
    </Box>
  );
};
