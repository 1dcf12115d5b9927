import { LinearProgress, Typography } from '@mui/material';
import { useState } from 'react';
import { useListContext } from 'react-admin';
import { api, ApiError } from '../api/http';
import type { Fence, Revoked, Token, User } from '../api/types';
import { errorWords, fenceWords, numberWords, plural } from '../api/words';
import { ActionButton } from '../components/ActionButton';
import { ActionDialog } from '../components/ActionDialog';

export const RevokeTokenDialog = ({ token, onClose }: { token: Token; onClose: () => void }) => (
  <ActionDialog
    title="Revoke this token?"
    explanation={`${token.preview} of ${token.username} is refused from then on, for good.`}
    submitLabel="Revoke"
    danger
    onSubmit={async () => {
      const answer = await api.delete<Token & Fence>(`/tokens/${token.id}`);
      return { words: `The token is revoked. ${fenceWords(answer)}` };
    }}
    onClose={onClose}
  />
);

export const RevokeAllDialog = ({ user, onClose }: { user: User; onClose: () => void }) => (
  <ActionDialog
    title={`Revoke all tokens of ${user.identifier}?`}
    explanation="All its live tokens are refused from then on. It can get new ones by its secret."
    submitLabel="Revoke all"
    danger
    onSubmit={async () => {
      const answer = await api.delete<Revoked>(`/users/${user.id}/tokens`);
      return { words: `${plural(answer.revoked, 'token')} revoked. ${fenceWords(answer)}` };
    }}
    onClose={onClose}
  />
);

const CHUNK = 100;

interface Progress {
  sent: number;
  revoked: number;
  missing: number;
}

/** Revokes in chunks, each of which is one transaction and one fence; tells after each. */
async function revokeAll(ids: string[], tell: (progress: Progress) => void) {
  const progress = { sent: 0, revoked: 0, missing: 0 };
  let last: Fence = {};
  while (progress.sent < ids.length) {
    const chunk = ids.slice(progress.sent, progress.sent + CHUNK);
    try {
      const answer = await api.post<Revoked>('/tokens/revocations', { ids: chunk });
      progress.revoked += answer.revoked;
      progress.missing += answer.missing ?? 0;
      last = answer;
    } catch (error) {
      if (progress.sent === 0) throw error;
      const rest = `${plural(ids.length - progress.sent, 'token')} may be left: repeat it.`;
      const problem = error instanceof ApiError ? error : new ApiError(0, {});
      const detail = `${numberWords(progress.revoked)} revoked, then: ${errorWords(error)} ${rest}`;
      throw new ApiError(problem.status, { detail });
    }
    progress.sent += chunk.length;
    tell({ ...progress });
  }
  return { ...progress, last };
}

interface SelectedProps {
  ids: string[];
  unselect: () => void;
  onClose: () => void;
}

const RevokeSelectedDialog = ({ ids, unselect, onClose }: SelectedProps) => {
  const [progress, setProgress] = useState<Progress | null>(null);
  const revoke = async () => {
    const { revoked, missing, last } = await revokeAll(ids, setProgress);
    const gone = missing ? ` ${plural(missing, 'token')} no longer there.` : '';
    return { words: `${plural(revoked, 'token')} revoked.${gone} ${fenceWords(last)}` };
  };
  return (
    <ActionDialog
      title={`Revoke ${plural(ids.length, 'token')}?`}
      explanation="They are refused from then on, for good. Those revoked already stay so."
      submitLabel="Revoke"
      danger
      onSubmit={revoke}
      onClose={(done) => {
        if (done) unselect();
        onClose();
      }}
    >
      {() =>
        progress && (
          <>
            <LinearProgress
              variant="determinate"
              value={(100 * progress.sent) / ids.length}
              aria-label="Tokens revoked"
              sx={{ mt: 2 }}
            />
            <Typography role="status">
              {numberWords(progress.sent)} of {numberWords(ids.length)}
            </Typography>
          </>
        )
      }
    </ActionDialog>
  );
};

export const RevokeSelected = () => {
  const { selectedIds, onUnselectItems } = useListContext<Token>();
  return (
    <ActionButton label="Revoke" color="error" size="small">
      {(close) => (
        <RevokeSelectedDialog
          ids={selectedIds.map(String)}
          unselect={() => onUnselectItems()}
          onClose={close}
        />
      )}
    </ActionButton>
  );
};
