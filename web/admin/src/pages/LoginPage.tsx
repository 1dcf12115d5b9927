import { Alert, Box, Button, CircularProgress, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { api } from '../api/http';
import type { LoginOptions } from '../api/types';
import { LOGIN_ERRORS, errorWords } from '../api/words';
import { Outside } from '../layout/Outside';

const OPENID = `${import.meta.env.BASE_URL}login/openid`;

/** The name of the provider, as people know it. */
const hostOf = (issuer?: string | null) => {
  if (!issuer) return 'OpenID Connect';
  if (issuer === 'https://accounts.google.com') return 'Google';
  try {
    return new URL(issuer).host;
  } catch {
    return issuer;
  }
};

function useMessage() {
  const [query] = useSearchParams();
  const code = query.get('error');
  if (code) return { severity: 'error' as const, text: LOGIN_ERRORS[code] ?? LOGIN_ERRORS.failed };
  if (query.has('ended'))
    return { severity: 'info' as const, text: 'Your session has ended. Please log in again.' };
  return null;
}

const LinkHelp = ({ openid }: { openid: boolean }) => (
  <Box>
    <Typography sx={{ mb: 1 }}>
      {openid ? 'Or log in by a one-time link' : 'Log in by a one-time link'}: run this where the
      server runs, and open what it prints.
    </Typography>
    <Box
      component="pre"
      tabIndex={0}
      aria-label="Command"
      sx={{ m: 0, p: 1.5, borderRadius: 1, overflowX: 'auto', bgcolor: 'action.hover' }}
    >
      claviger admin login-link
    </Box>
  </Box>
);

export const LoginPage = () => {
  const [options, setOptions] = useState<LoginOptions | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const message = useMessage();
  useEffect(() => {
    api.get<LoginOptions>('/login').then(setOptions, (error) => setProblem(errorWords(error)));
  }, []);
  return (
    <Outside title="Log in to Claviger">
      {message && <Alert severity={message.severity}>{message.text}</Alert>}
      {problem && <Alert severity="error">{problem}</Alert>}
      {options && (
        <>
          <Typography>
            Environment: <strong>{options.environment}</strong>
          </Typography>
          {options.openid && (
            <Button href={OPENID} variant="contained" size="large">
              Log in with {hostOf(options.issuer)}
            </Button>
          )}
          <LinkHelp openid={options.openid} />
        </>
      )}
      {!options && !problem && <CircularProgress aria-label="Loading" />}
    </Outside>
  );
};
