import type { Overview } from '../api/types';
import type { ChartData, Series } from '../components/Chart';

const MOST_POINTS = 96;

export const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** Adds neighbouring samples up, so that a day's minutes fit into a small chart. */
export function overTime(times: Overview['series'], series: Series[]): ChartData {
  const length = Math.max(0, ...series.map(({ values }) => values.length));
  const size = Math.max(1, Math.ceil(length / MOST_POINTS));
  const starts = Array.from({ length: Math.ceil(length / size) }, (_, at) => at * size);
  const from = Date.parse(times.from);
  return {
    labels: starts.map((at) => CLOCK.format(from + at * times.step_seconds * 1000)),
    series: series.map(({ name, values }) => ({
      name,
      values: starts.map((at) => sum(values.slice(at, at + size))),
    })),
  };
}
