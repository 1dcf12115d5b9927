// One dialog for every change: asks, does, and says in words what was done.
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
import { useId, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { useRefresh } from 'react-admin';
import { errorWords, fieldErrors } from '../api/words';
import { OnceValue } from './OnceValue';

export interface Done {
  words: string;
  /** A credential that is shown now and never again. */
  once?: { label: string; value: string };
  /** What one would do next. */
  next?: { label: string; go: () => void };
}

interface Props {
  title: string;
  /** What will happen, before it is confirmed. */
  explanation?: ReactNode;
  submitLabel: string;
  danger?: boolean;
  /** Fields; given the messages of those that the server did not accept. */
  children?: (errors: Record<string, string>) => ReactNode;
  onSubmit: () => Promise<Done>;
  /** `done` says whether the change was made. */
  onClose: (done: boolean) => void;
}

const Result = ({ done }: { done: Done }) => (
  <DialogContent>
    <Alert severity="success" sx={{ mb: done.once ? 2 : 0 }}>
      {done.words}
    </Alert>
    {done.once && <OnceValue label={done.once.label} value={done.once.value} />}
  </DialogContent>
);

const ResultActions = ({ done, close }: { done: Done; close: () => void }) => (
  <DialogActions sx={{ flexWrap: 'wrap', gap: 1 }}>
    <Button onClick={close} variant={done.next ? 'text' : 'contained'} autoFocus={!done.once}>
      {done.once ? 'I have saved it' : 'Close'}
    </Button>
    {done.next && (
      <Button
        variant="contained"
        onClick={() => {
          done.next?.go();
        }}
      >
        {done.next.label}
      </Button>
    )}
  </DialogActions>
);

function useSubmission(onSubmit: Props['onSubmit']) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [done, setDone] = useState<Done | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setBusy(true);
    setError(null);
    try {
      setDone(await onSubmit());
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, done, submit };
}

export const ActionDialog = (props: Props) => {
  const { busy, error, done, submit } = useSubmission(props.onSubmit);
  const title = useId();
  const refresh = useRefresh();
  // Only now: lists that change while the dialog is open could take it with them.
  const close = () => {
    props.onClose(done !== null);
    if (done !== null || error !== null) refresh();
  };
  // What is shown once, and work that runs, do not vanish by a slip.
  const onClose = busy || done?.once ? undefined : close;
  const fields = props.children?.(fieldErrors(error));
  return (
    <Dialog open fullWidth maxWidth="sm" onClose={onClose} aria-labelledby={title}>
      <DialogTitle id={title}>{props.title}</DialogTitle>
      {done ? (
        <>
          <Result done={done} />
          <ResultActions done={done} close={close} />
        </>
      ) : (
        <form onSubmit={(event) => void submit(event)} noValidate autoComplete="off">
          <DialogContent sx={{ pt: 0 }}>
            {props.explanation && (
              <DialogContentText component="div">{props.explanation}</DialogContentText>
            )}
            {fields}
            {error !== null && (
              <Alert severity="error" sx={{ mt: 2 }}>
                {errorWords(error)}
              </Alert>
            )}
          </DialogContent>
          {busy && <LinearProgress aria-label="Working" />}
          <DialogActions>
            <Button onClick={close} disabled={busy} autoFocus={!fields}>
              Cancel
            </Button>
            <Button
              type="submit"
              variant="contained"
              color={props.danger ? 'error' : 'primary'}
              disabled={busy}
            >
              {props.submitLabel}
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
};
