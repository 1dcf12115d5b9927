// Leads a new administrator from nothing to a token that is taken back.
import CheckIcon from '@mui/icons-material/CheckCircleOutlined';
import { Box, Card, CardContent, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { NewClientDialog } from '../actions/NewClientDialog';
import { NewTokenDialog } from '../actions/NewTokenDialog';
import { NewUserDialog } from '../actions/NewUserDialog';
import type { Overview } from '../api/types';
import { ActionButton } from '../components/ActionButton';

export const needsGuide = ({ clients, users, tokens_live }: Overview) =>
  clients === 0 || users === 0 || tokens_live === 0;

interface StepProps {
  title: string;
  words: string;
  done?: boolean;
  children?: ReactNode;
}

const Step = ({ title, words, done, children }: StepProps) => (
  <Box component="li" sx={{ mb: 2 }}>
    <Typography component="span" sx={{ fontWeight: 600 }}>
      {title}
    </Typography>
    {done && (
      <CheckIcon fontSize="small" color="success" titleAccess="done" sx={{ ml: 0.5, mb: -0.5 }} />
    )}
    <Typography sx={{ mb: children ? 1 : 0 }}>{words}</Typography>
    {children}
  </Box>
);

export const Guide = ({ overview }: { overview: Overview }) => {
  const { clients, users } = overview;
  return (
    <Card variant="outlined" component="section" aria-label="First steps" sx={{ mb: 2 }}>
      <CardContent>
        <Typography variant="h2">First steps</Typography>
        <Box component="ol" sx={{ pl: 2.5, mb: 0 }}>
          <Step
            title="New client"
            words="A company or application. Its API key is shown once."
            done={clients > 0}
          >
            {clients === 0 && (
              <ActionButton label="New client" variant="contained">
                {(close) => <NewClientDialog onClose={close} />}
              </ActionButton>
            )}
          </Step>
          <Step
            title="New user"
            words="One integration of that client. Its secret is shown once."
            done={users > 0}
          >
            {clients > 0 && users === 0 && (
              <ActionButton label="New user" variant="contained">
                {(close) => <NewUserDialog onClose={close} />}
              </ActionButton>
            )}
          </Step>
          <Step title="Token" words="Issued by the user's identifier and secret; shown once.">
            {users > 0 && (
              <ActionButton label="New token" variant="contained">
                {(close) => <NewTokenDialog onClose={close} />}
              </ActionButton>
            )}
          </Step>
          <Step
            title="Revoke"
            words="Open a token and press Revoke: from then on, every node refuses it."
          />
        </Box>
      </CardContent>
    </Card>
  );
};
