// Lists by cursor for a framework that thinks in page numbers: the cursor of each page that was
// seen is kept; a page that was not (a reload) is reached in steps of 100 rows.
import type { DataProvider, GetListParams, RaRecord } from 'react-admin';
import { api, ApiError } from './http';
import type { Query } from './http';
import type { AuditRow, Page } from './types';

const LARGEST_PAGE = 100;
const MOST_CALLS = 100;
const TOO_FAR = 'Too many rows are in between. Narrow the filters, or start from the first page.';

type Item = RaRecord & Record<string, unknown>;

/** By list (resource, filter, order): the cursor that stands behind so many rows. */
const cursors = new Map<string, Map<number, string>>();

const TIME_FILTERS = ['from', 'to'];

export function listQuery(filter: Record<string, unknown> = {}): Query {
  const query: Query = {};
  for (const [name, value] of Object.entries(filter)) {
    if (typeof value !== 'string' || value.trim() === '') continue;
    query[name] = TIME_FILTERS.includes(name) ? new Date(value).toISOString() : value.trim();
  }
  return query;
}

function baseQuery(resource: string, params: GetListParams): Query {
  const query = listQuery(params.filter as Record<string, unknown>);
  if ((resource === 'clients' || resource === 'users') && params.sort) {
    query.sort = params.sort.field;
    query.order = params.sort.order.toLowerCase();
  }
  return query;
}

const withId = (resource: string, item: unknown): Item =>
  resource === 'audit' ? { ...(item as Item), id: (item as AuditRow).sequence } : (item as Item);

function cursorsOf(resource: string, query: Query) {
  const key = JSON.stringify([resource, query]);
  const known = cursors.get(key) ?? new Map<number, string>();
  cursors.set(key, known);
  return known;
}

/** The rows from `skip` on; a page of the server may be short, even empty, before the end. */
async function readRows(resource: string, query: Query, skip: number, count: number) {
  const known = cursorsOf(resource, query);
  let row = Math.max(0, ...[...known.keys()].filter((at) => at <= skip));
  let after = known.get(row);
  let total: number | null = null;
  let more = true;
  const items: unknown[] = [];
  for (let calls = 0; more && row < skip + count; calls += 1) {
    if (calls === MOST_CALLS) throw new ApiError(404, { detail: TOO_FAR });
    const end = row < skip ? skip : skip + count;
    const page_size = Math.min(LARGEST_PAGE, end - row);
    const page = await api.get<Page<unknown>>(`/${resource}`, { ...query, page_size, after });
    if (row >= skip) items.push(...page.items);
    row += page.items.length;
    after = page.next ?? undefined;
    more = page.next !== null;
    total = page.total;
    if (page.next && row > 0) known.set(row, page.next);
  }
  return { items, more, total };
}

async function getList(resource: string, params: GetListParams) {
  const { page = 1, perPage = 25 } = params.pagination ?? {};
  const query = baseQuery(resource, params);
  const { items, more, total } = await readRows(resource, query, (page - 1) * perPage, perPage);
  return {
    data: items.map((item) => withId(resource, item)),
    total: total ?? undefined,
    pageInfo: { hasNextPage: more, hasPreviousPage: page > 1 },
  };
}

const getItem = async (resource: string, id: unknown) =>
  withId(resource, await api.get(`/${resource}/${encodeURIComponent(String(id))}`));

const notHere = () => Promise.reject(new Error('changes go through their dialogs'));

export const dataProvider = {
  getList,
  getOne: async (resource: string, { id }: { id: unknown }) => ({
    data: await getItem(resource, id),
  }),
  getMany: async (resource: string, { ids }: { ids: unknown[] }) => ({
    data: await Promise.all(ids.map((id) => getItem(resource, id))),
  }),
  getManyReference: (
    resource: string,
    { target, id, ...params }: GetListParams & { target: string; id: unknown },
  ) => getList(resource, { ...params, filter: { ...(params.filter as object), [target]: id } }),
  create: notHere,
  update: notHere,
  updateMany: notHere,
  delete: notHere,
  deleteMany: notHere,
} as unknown as DataProvider;
