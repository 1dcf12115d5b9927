// Charts as plain SVG: lines over time and bars. Each has a table that says the same.
import {
  Box,
  Button,
  Card,
  CardContent,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  Typography,
  useTheme,
} from '@mui/material';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { numberWords } from '../api/words';
import { useNarrow } from './ListPage';
import { chartColors } from '../theme';

export interface Series {
  name: string;
  values: number[];
}

export interface ChartData {
  /** What stands below each value. */
  labels: string[];
  series: Series[];
}

interface CardProps {
  title: string;
  summary: string;
  data: ChartData;
  /** Name of the table's first column. */
  unit: string;
  children: ReactNode;
}

const HEIGHT = 200;
const LEFT = 44;
const BOTTOM = 24;
const TOP = 8;
const DASHES = ['', '6 4', '2 3', '10 4 2 4'];

/** Narrow screens get a drawing of their own, or its letters would be tiny. */
const useWidth = () => (useNarrow() ? 340 : 560);

export const useColors = () => chartColors[useTheme().palette.mode];

const ChartTable = ({ title, unit, data }: { title: string; unit: string; data: ChartData }) => (
  <Box
    sx={{ maxHeight: 260, overflow: 'auto' }}
    tabIndex={0}
    role="region"
    aria-label={`${title}: table`}
  >
    <Table size="small" stickyHeader aria-label={title}>
      <TableHead>
        <TableRow>
          <TableCell>{unit}</TableCell>
          {data.series.map((series) => (
            <TableCell key={series.name} align="right">
              {series.name}
            </TableCell>
          ))}
        </TableRow>
      </TableHead>
      <TableBody>
        {data.labels.map((label, at) => (
          <TableRow key={`${label} ${at}`}>
            <TableCell component="th" scope="row">
              {label}
            </TableCell>
            {data.series.map((series) => (
              <TableCell key={series.name} align="right">
                {numberWords(series.values[at] ?? 0)}
              </TableCell>
            ))}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  </Box>
);

export const ChartCard = ({ title, summary, data, unit, children }: CardProps) => {
  const [asTable, setAsTable] = useState(false);
  return (
    <Card variant="outlined" component="section" aria-label={title}>
      <CardContent>
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
          <Typography variant="h2" sx={{ flex: 1 }}>
            {title}
          </Typography>
          <Button size="small" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            Table
          </Button>
        </Box>
        <Typography color="text.secondary" variant="body2" sx={{ mb: 1 }}>
          {summary}
        </Typography>
        {asTable ? <ChartTable title={title} unit={unit} data={data} /> : children}
      </CardContent>
    </Card>
  );
};

/** A round number that is not below `value`. */
export function niceTop(value: number) {
  if (value <= 4) return 4;
  const size = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 5, 10].find((factor) => factor * size >= value) ?? 10;
  return step * size;
}

const topOf = (data: ChartData) => niceTop(Math.max(...data.series.flatMap((s) => s.values), 0));
const y = (value: number, top: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
const compact = new Intl.NumberFormat('en-GB', { notation: 'compact' });

const Frame = ({ label, top, children }: { label: string; top: number; children: ReactNode }) => {
  const theme = useTheme();
  const width = useWidth();
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      width="100%"
      fontSize={12}
      fill={theme.palette.text.secondary}
    >
      {[0, 0.5, 1].map((part) => (
        <g key={part}>
          <line
            x1={LEFT}
            x2={width}
            y1={y(part * top, top)}
            y2={y(part * top, top)}
            stroke={theme.palette.divider}
          />
          <text x={LEFT - 6} y={y(part * top, top) + 4} textAnchor="end">
            {compact.format(part * top)}
          </text>
        </g>
      ))}
      {children}
    </svg>
  );
};

const Legend = ({ series }: { series: Series[] }) => {
  const colors = useColors();
  return (
    <Box aria-hidden sx={{ display: 'flex', flexWrap: 'wrap', gap: 2 }}>
      {series.map(({ name }, at) => (
        <Box key={name} sx={{ display: 'flex', alignItems: 'center', gap: 0.5, fontSize: 13 }}>
          <svg width="24" height="8">
            <line
              x2="24"
              y1="4"
              y2="4"
              stroke={colors[at]}
              strokeWidth="2.5"
              strokeDasharray={DASHES[at]}
            />
          </svg>
          {name}
        </Box>
      ))}
    </Box>
  );
};

export const Lines = ({ label, data }: { label: string; data: ChartData }) => {
  const colors = useColors();
  const top = topOf(data);
  const count = data.labels.length;
  const width = useWidth();
  const x = (at: number) => LEFT + ((width - LEFT) * at) / Math.max(1, count - 1);
  const ticks = [...new Set([0, Math.floor((count - 1) / 2), count - 1])].filter((at) => at >= 0);
  // One value alone is drawn as a level.
  const pointsOf = (values: number[]) =>
    (values.length === 1 ? [...values, ...values] : values)
      .map((value, at) => `${values.length === 1 ? [LEFT, width][at] : x(at)},${y(value, top)}`)
      .join(' ');
  const anchor = (at: number) => (at === 0 ? 'start' : at === count - 1 ? 'end' : 'middle');
  return (
    <>
      <Frame label={label} top={top}>
        {ticks.map((at) => (
          <text key={at} x={x(at)} y={HEIGHT - 6} textAnchor={anchor(at)}>
            {data.labels[at]}
          </text>
        ))}
        {data.series.map(({ name, values }, at) => (
          <polyline
            key={name}
            fill="none"
            stroke={colors[at]}
            strokeWidth={2}
            strokeDasharray={DASHES[at]}
            strokeLinejoin="round"
            points={pointsOf(values)}
          />
        ))}
      </Frame>
      <Legend series={data.series} />
    </>
  );
};

export const Bars = ({ label, data }: { label: string; data: ChartData }) => {
  const colors = useColors();
  const top = topOf(data);
  const values = data.series[0]?.values ?? [];
  const labels = useNarrow() ? data.labels.map((l) => l.split(' ')[0]) : data.labels;
  const width = useWidth();
  const step = (width - LEFT) / Math.max(1, values.length);
  return (
    <Frame label={label} top={top}>
      {values.map((value, at) => (
        <g key={data.labels[at]}>
          <rect
            x={LEFT + at * step + step * 0.2}
            y={y(value, top)}
            width={step * 0.6}
            height={y(0, top) - y(value, top)}
            rx={3}
            fill={colors[0]}
          />
          <text x={LEFT + (at + 0.5) * step} y={HEIGHT - 6} textAnchor="middle">
            {labels[at]}
          </text>
        </g>
      ))}
    </Frame>
  );
};
