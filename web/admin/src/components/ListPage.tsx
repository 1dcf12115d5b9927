// The frame of a list: filters, buttons, table (or cards on a narrow screen), pages.
import { Box, Card, Theme, Typography, useMediaQuery } from '@mui/material';
import type { ReactElement, ReactNode } from 'react';
import { List } from 'react-admin';
import type { SortPayload } from 'react-admin';
import { CursorPagination } from './CursorPagination';

interface Props {
  resource: string;
  label: string;
  sort?: SortPayload;
  filters?: ReactElement[];
  actions?: ReactElement;
  /** What is said, and offered, where there is nothing yet. */
  empty: ReactNode;
  /** Fixed, for a list inside of another page; such a list stays out of the address. */
  within?: Record<string, string>;
  children: ReactNode;
}

export const useNarrow = () => useMediaQuery<Theme>((theme) => theme.breakpoints.down('md'));

const Empty = ({ children }: { children: ReactNode }) => (
  <Card variant="outlined" sx={{ p: 4, textAlign: 'center', width: '100%' }}>
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2, alignItems: 'center' }}>
      {children}
    </Box>
  </Card>
);

export const EmptyWords = ({ children }: { children: ReactNode }) => (
  <Typography>{children}</Typography>
);

export const ListPage = (props: Props) => (
  <Box component="section" aria-label={props.label}>
    <List
      resource={props.resource}
      title={false}
      sort={props.sort}
      filter={props.within}
      filters={props.filters}
      actions={props.actions ?? false}
      empty={<Empty>{props.empty}</Empty>}
      exporter={false}
      perPage={props.within ? 10 : 25}
      pagination={<CursorPagination />}
      disableSyncWithLocation={Boolean(props.within)}
      storeKey={props.within ? false : undefined}
      component={Frame}
      sx={toolbarStyles}
    >
      {props.children}
    </List>
  </Box>
);

const toolbarStyles = {
  '& .RaList-main, & .RaList-content': { minWidth: 0 },
  '& .MuiToolbar-root, & form': { backgroundColor: 'transparent' },
  '& form': {
    display: { xs: 'grid', md: 'flex' },
    gridTemplateColumns: '1fr 1fr',
    columnGap: { xs: 1, md: 0 },
    width: '100%',
  },
  '& form > *': { minWidth: 0 },
};

const Frame = ({ children }: { children?: ReactNode }) => (
  <Card variant="outlined" sx={{ overflowX: 'auto' }}>
    {children}
  </Card>
);
