import { Alert, Box, Button, Card, CardContent, CircularProgress, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useRefresh } from 'react-admin';
import { api } from '../api/http';
import type { Overview } from '../api/types';
import { dayWords, errorWords, numberWords, plural } from '../api/words';
import { Bars, ChartCard, Lines } from '../components/Chart';
import { PageHeader } from '../components/PageHeader';
import { PageLink } from '../components/PageLink';
import { Guide, needsGuide } from './Guide';
import { overTime, sum } from './overTime';

const Number = ({ name, value, to }: { name: string; value: string; to?: string }) => (
  <Card variant="outlined">
    <CardContent sx={{ '&:last-child': { pb: 2 } }}>
      <Typography color="text.secondary">{name}</Typography>
      <Typography sx={{ fontSize: '1.8rem', fontWeight: 600 }}>
        {to ? <PageLink to={to}>{value}</PageLink> : value}
      </Typography>
    </CardContent>
  </Card>
);

const Grid = ({ width, children }: { width: number; children: ReactNode }) => (
  <Box
    sx={{
      display: 'grid',
      gap: 2,
      gridTemplateColumns: `repeat(auto-fit, minmax(min(${width}px, 100%), 1fr))`,
      mb: 2,
    }}
  >
    {children}
  </Box>
);

const stateFilter = (state: string) =>
  `?filter=${encodeURIComponent(JSON.stringify({ state }))}&page=1`;

const Numbers = ({ overview }: { overview: Overview }) => {
  const { clients, users, tokens_live } = overview;
  const live = tokens_live === null ? 'too many to count' : numberWords(tokens_live);
  return (
    <Grid width={160}>
      <Number name="Live tokens" value={live} to={`/tokens${stateFilter('live')}`} />
      <Number name="Clients" value={numberWords(clients)} to="/clients" />
      <Number name="Users" value={numberWords(users)} to="/users" />
    </Grid>
  );
};

const Traffic = ({ series }: { series: Overview['series'] }) => {
  const { issued, accepted, refused } = series;
  const all = Object.values(refused).map(sum);
  const checks = overTime(series, [
    { name: 'accepted', values: accepted },
    { name: 'tokens issued', values: issued },
  ]);
  const refusals = overTime(
    series,
    Object.entries(refused).map(([name, values]) => ({ name, values })),
  );
  const words = `${plural(sum(accepted), 'check')} accepted, ${plural(sum(issued), 'token')} issued`;
  const reasons = Object.entries(refused).map(([name, v]) => `${numberWords(sum(v))} ${name}`);
  const total = `${plural(sum(all), 'refusal')}: ${reasons.join(', ')}`;
  return (
    <Grid width={380}>
      <ChartCard
        title="Checks and issues"
        summary={`${words}, on this node.`}
        data={checks}
        unit="From"
      >
        <Lines label={words} data={checks} />
      </ChartCard>
      <ChartCard title="Refusals by reason" summary={`${total}.`} data={refusals} unit="From">
        <Lines label={total} data={refusals} />
      </ChartCard>
    </Grid>
  );
};

const Stale = ({ stale }: { stale: Overview['stale'] }) => {
  const age = `older than ${stale.after_days} days`;
  const lines = [
    `${plural(stale.secrets, 'secret')} ${age}`,
    `${plural(stale.api_keys, 'API key')} ${age}`,
    `${plural(stale.unused_users, 'user')} not used for ${stale.after_days} days`,
  ];
  const found = stale.secrets + stale.api_keys + stale.unused_users > 0;
  return (
    <Card variant="outlined" component="section" aria-label="Stale">
      <CardContent>
        <Typography variant="h2">Stale secrets and keys</Typography>
        <Box component="ul" sx={{ pl: 2.5 }}>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </Box>
        <Typography color="text.secondary" variant="body2">
          {found ? 'Rotate them on the pages of their ' : 'Nothing to do. See '}
          <PageLink to="/clients">clients</PageLink> and <PageLink to="/users">users</PageLink>.
        </Typography>
      </CardContent>
    </Card>
  );
};

const Expiring = ({ expiring }: { expiring: Overview['expiring'] }) => {
  const data = {
    labels: expiring.map(({ day }) => dayWords(day)),
    series: [{ name: 'tokens', values: expiring.map(({ tokens }) => tokens) }],
  };
  const total = sum(expiring.map(({ tokens }) => tokens));
  const words = `${plural(total, 'token')} within ${plural(expiring.length, 'day')}.`;
  return (
    <ChartCard title="Tokens soon to expire" summary={words} data={data} unit="Day">
      <Bars label={words} data={data} />
    </ChartCard>
  );
};

export default function Dashboard() {
  const refresh = useRefresh();
  const { data, error, isPending } = useQuery({
    queryKey: ['overview'],
    queryFn: () => api.get<Overview>('/overview'),
  });
  return (
    <>
      <PageHeader title="Dashboard">
        <Button onClick={() => refresh()}>Refresh</Button>
      </PageHeader>
      {isPending && <CircularProgress aria-label="Loading" />}
      {error && <Alert severity="error">{errorWords(error)}</Alert>}
      {data && (
        <>
          {needsGuide(data) && <Guide overview={data} />}
          <Numbers overview={data} />
          <Traffic series={data.series} />
          <Grid width={380}>
            <Expiring expiring={data.expiring} />
            <Stale stale={data.stale} />
          </Grid>
        </>
      )}
    </>
  );
}
