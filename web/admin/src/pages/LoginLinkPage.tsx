import { Alert, Button, Link, Typography } from '@mui/material';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link as RouterLink, useNavigate, useParams } from 'react-router-dom';
import { api } from '../api/http';
import { setSession } from '../api/session';
import type { Session } from '../api/types';
import { errorWords } from '../api/words';
import { Outside } from '../layout/Outside';

/** Asks for one click, so that a preview of the link cannot use it up, and takes the code out of
 * the address and the history at once. */
export const LoginLinkPage = () => {
  const { code: given } = useParams();
  const [code, setCode] = useState(given);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const navigate = useNavigate();
  const queries = useQueryClient();
  useEffect(() => {
    if (!given) return;
    setCode(given);
    setProblem(null);
    navigate('/login/link', { replace: true });
  }, [given, navigate]);

  const login = async () => {
    setBusy(true);
    try {
      setSession(await api.post<Session>('/login/link', { code }));
      await queries.resetQueries({ queryKey: ['auth'] });
      navigate('/', { replace: true });
    } catch (error) {
      setProblem(errorWords(error));
      setCode(undefined);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Outside title="Log in to Claviger">
      {problem && <Alert severity="error">{problem}</Alert>}
      {code ? (
        <>
          <Typography>You opened a one-time link. It works once, for a few minutes.</Typography>
          <Button
            variant="contained"
            size="large"
            autoFocus
            disabled={busy}
            onClick={() => void login()}
          >
            Log in
          </Button>
        </>
      ) : (
        <Typography>
          {!problem && 'Open the whole link that the command printed. '}
          <Link component={RouterLink} to="/login">
            Go to the login page
          </Link>
        </Typography>
      )}
    </Outside>
  );
};
