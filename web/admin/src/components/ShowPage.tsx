import { Alert, Box, Card, CardContent, CircularProgress, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { useGetOne } from 'react-admin';
import type { RaRecord } from 'react-admin';
import { useParams } from 'react-router-dom';
import { errorWords } from '../api/words';
import { PageHeader } from './PageHeader';

interface Props<Item> {
  resource: string;
  kind: string;
  title: (item: Item) => string;
  buttons: (item: Item) => ReactNode;
  details: (item: Item) => ReactNode;
  children?: (item: Item) => ReactNode;
}

/** The frame of the page of one thing. */
export function ShowPage<Item extends RaRecord<string>>(props: Props<Item>) {
  const id = decodeURIComponent(useParams().id ?? '');
  const { data, error, isPending } = useGetOne<Item>(props.resource, { id }, { retry: false });
  if (data) {
    return (
      <>
        <PageHeader title={`${props.kind} ${props.title(data)}`}>{props.buttons(data)}</PageHeader>
        <Card variant="outlined">
          <CardContent>{props.details(data)}</CardContent>
        </Card>
        {props.children?.(data)}
      </>
    );
  }
  return (
    <>
      <PageHeader title={props.kind} />
      {isPending && !error && <CircularProgress aria-label="Loading" />}
      {error && <Alert severity="error">{errorWords(error)}</Alert>}
    </>
  );
}

export const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <Box sx={{ mt: 3 }}>
    <Typography variant="h2" sx={{ mb: 1 }}>
      {title}
    </Typography>
    {children}
  </Box>
);
