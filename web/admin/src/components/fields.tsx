// Small parts of tables and details.
import { Box, Chip, Link, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { Link as RouterLink } from 'react-router-dom';
import { dateTime, isFar, relativeTime } from '../api/words';

/** A time, with how far it is from now; "never" or another word where there is none. */
export const When = ({ at, none = 'never' }: { at: string | null; none?: string }) =>
  at ? (
    <Box component="time" dateTime={at} title={dateTime(at)} sx={{ whiteSpace: 'nowrap' }}>
      {relativeTime(at)}
    </Box>
  ) : (
    <>{none}</>
  );

export const ExactWhen = ({ at, none = 'never' }: { at: string | null; none?: string }) =>
  at ? (
    <time dateTime={at}>
      {dateTime(at)}
      {isFar(at) ? '' : ` (${relativeTime(at)})`}
    </time>
  ) : (
    <>{none}</>
  );

const COLORS = {
  active: 'success',
  live: 'success',
  inactive: 'default',
  expired: 'default',
  revoked: 'error',
} as const;

export const StateChip = ({ state }: { state: keyof typeof COLORS }) => (
  <Chip size="small" variant="outlined" color={COLORS[state]} label={state} />
);

export const ActiveChip = ({ active }: { active: boolean }) => (
  <StateChip state={active ? 'active' : 'inactive'} />
);

export const ClientLink = ({ id, name }: { id: string; name: string }) => (
  <Link component={RouterLink} to={`/clients/${id}/show`} sx={{ overflowWrap: 'break-word' }}>
    {name}
  </Link>
);

export const UserLink = ({ id, name }: { id: string; name: string }) => (
  <Link component={RouterLink} to={`/users/${id}/show`} sx={{ overflowWrap: 'break-word' }}>
    {name}
  </Link>
);

export const TokenLink = ({ id, name }: { id: string; name: string }) => (
  <Link component={RouterLink} to={`/tokens/${id}/show`}>
    <Mono>{name}</Mono>
  </Link>
);

export const Mono = ({ children }: { children: ReactNode }) => (
  <Box component="code" sx={{ fontSize: '0.9em', overflowWrap: 'break-word' }}>
    {children}
  </Box>
);

/** Names and values of one thing. */
export const Details = ({ rows }: { rows: [string, ReactNode][] }) => (
  <Box
    component="dl"
    sx={{
      m: 0,
      display: 'grid',
      gridTemplateColumns: { xs: '1fr', sm: 'minmax(9rem, max-content) 1fr' },
      columnGap: 3,
      rowGap: { xs: 0.25, sm: 1 },
    }}
  >
    {rows.map(([name, value]) => (
      <Box key={name} sx={{ display: 'contents' }}>
        <Typography component="dt" color="text.secondary" sx={{ fontSize: '0.9rem' }}>
          {name}
        </Typography>
        <Box component="dd" sx={{ m: 0, mb: { xs: 1, sm: 0 }, overflowWrap: 'anywhere' }}>
          {value}
        </Box>
      </Box>
    ))}
  </Box>
);
