import { Box, Card, CardContent, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { useDocumentTitle } from '../components/PageHeader';

/** The frame of the pages that are there without a session. */
export const Outside = ({ title, children }: { title: string; children: ReactNode }) => {
  useDocumentTitle(title);
  return (
    <Box
      component="main"
      sx={{
        minHeight: '100vh',
        display: 'flex',
        alignItems: { sm: 'center' },
        justifyContent: 'center',
        bgcolor: 'background.default',
        p: 2,
        pt: { xs: 8, sm: 2 },
      }}
    >
      <Card
        variant="outlined"
        sx={{ width: '100%', maxWidth: 440, alignSelf: { xs: 'start', sm: 'auto' } }}
      >
        <CardContent sx={{ display: 'flex', flexDirection: 'column', gap: 2, p: 4 }}>
          <Typography variant="h1">{title}</Typography>
          {children}
        </CardContent>
      </Card>
    </Box>
  );
};
