// Checks the chain of hashes from its first row, some thousands of rows at a time.
import {
  Alert,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogContentText,
  DialogTitle,
  LinearProgress,
} from '@mui/material';
import { useEffect, useState } from 'react';
import { api } from '../api/http';
import type { AuditCheck } from '../api/types';
import { errorWords, numberWords } from '../api/words';

function useCheck() {
  const [check, setCheck] = useState<AuditCheck | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let wanted = true;
    const run = async () => {
      let after: { after?: number; hash?: string } = {};
      for (;;) {
        const answer = await api.get<AuditCheck>('/audit/check', after);
        if (!wanted) return;
        setCheck(answer);
        if (answer.done || answer.problem) return;
        after = { after: answer.checked_to, hash: answer.hash };
      }
    };
    run().catch((problem) => wanted && setError(problem));
    return () => {
      wanted = false;
    };
  }, []);
  return { check, error };
}

const Verdict = ({ check, error }: { check: AuditCheck | null; error: unknown }) => {
  if (error) return <Alert severity="error">{errorWords(error)}</Alert>;
  if (check?.problem) {
    return <Alert severity="error">The trail is not what was written: {check.problem}</Alert>;
  }
  if (check?.done) {
    return (
      <Alert severity="success">
        All {numberWords(check.checked_to)} rows are sound: the chain of hashes is unbroken.
      </Alert>
    );
  }
  return null;
};

const VerifyDialog = ({ onClose }: { onClose: () => void }) => {
  const { check, error } = useCheck();
  const running = !error && !check?.done && !check?.problem;
  const percent = check ? (100 * check.checked_to) / Math.max(1, check.newest) : 0;
  return (
    <Dialog open fullWidth maxWidth="sm" onClose={onClose} aria-labelledby="verify-title">
      <DialogTitle id="verify-title">Verify the audit trail</DialogTitle>
      <DialogContent>
        {running && (
          <>
            <LinearProgress
              variant={check ? 'determinate' : 'indeterminate'}
              value={percent}
              aria-label="Rows checked"
            />
            <DialogContentText role="status" sx={{ mt: 1 }}>
              {check
                ? `${numberWords(check.checked_to)} of ${numberWords(check.newest)} rows`
                : 'Starting …'}
            </DialogContentText>
          </>
        )}
        <Verdict check={check} error={error} />
        <DialogContentText sx={{ mt: 2 }}>
          Whoever owns the database could recompute all hashes. To find that as well, verify against
          checkpoints from elsewhere: <code>claviger audit verify --checkpoint FILE</code>.
        </DialogContentText>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose} autoFocus>
          {running ? 'Stop' : 'Close'}
        </Button>
      </DialogActions>
    </Dialog>
  );
};

export const VerifyTrail = () => {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="contained" onClick={() => setOpen(true)}>
        Verify
      </Button>
      {open && <VerifyDialog onClose={() => setOpen(false)} />}
    </>
  );
};
