// Warns before the session ends unused, and leads to the login page when it has ended.
import {
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogContentText,
  DialogTitle,
} from '@mui/material';
import { useEffect, useState } from 'react';
import { useLogout } from 'react-admin';
import { api } from '../api/http';
import { sessionEnd, setSession, useSession } from '../api/session';
import type { Session } from '../api/types';

const WARN_SECONDS = 120;
const ENDED = '/login?ended';

/** Seconds until the session ends, renewed each second. */
function useSecondsLeft(session: Session | null) {
  const [left, setLeft] = useState(Infinity);
  useEffect(() => {
    if (!session) return undefined;
    const look = () => setLeft(Math.ceil((sessionEnd(session) - Date.now()) / 1000));
    look();
    const timer = setInterval(look, 1000);
    return () => clearInterval(timer);
  }, [session]);
  return left;
}

export const SessionWatch = () => {
  const session = useSession();
  const left = useSecondsLeft(session);
  const logout = useLogout();
  const over = !session || left <= 0;

  useEffect(() => {
    if (over) void logout({}, ENDED, false);
  }, [over, logout]);

  const stay = async () => {
    try {
      setSession(await api.get<Session>('/session'));
    } catch {
      void logout({}, ENDED, false);
    }
  };
  const warn = Math.min(WARN_SECONDS, (session?.idle_seconds ?? 0) / 2);
  return (
    <Dialog
      open={!over && left <= warn}
      slotProps={{ paper: { role: 'alertdialog' } }}
      aria-labelledby="idle-title"
    >
      <DialogTitle id="idle-title">Still there?</DialogTitle>
      <DialogContent>
        <DialogContentText>
          You will be logged out in <span role="timer">{Math.max(0, left)}</span> seconds.
        </DialogContentText>
      </DialogContent>
      <DialogActions>
        <Button onClick={() => void logout()}>Log out now</Button>
        <Button variant="contained" autoFocus onClick={() => void stay()}>
          Stay logged in
        </Button>
      </DialogActions>
    </Dialog>
  );
};
