// Lists by cursor for a framework that thinks in page numbers: the cursor of each page that was
// seen is kept; a page that was not (a reload) is reached in steps of 100 rows.
import type { DataProvider, GetListParams, RaRecord } from 'react-admin';
import { api, ApiError } from './http';
import type { Query } from './http';
import type { AuditRow, Page } from './types';

const LARGEST_PAGE = 100;
const FARTHEST_ROW = 5000;

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

async function fetchPage(resource: string, query: Query, skip: number, size: number) {
  const known = cursorsOf(resource, query);
  const ask = async (row: number, rows: number) => {
    const page = await api.get<Page<unknown>>(`/${resource}`, {
      ...query,
      page_size: rows,
      after: known.get(row),
    });
    if (page.next) known.set(row + page.items.length, page.next);
    return page;
  };
  let row = Math.max(0, ...[...known.keys()].filter((at) => at <= skip));
  if (skip - row > FARTHEST_ROW) {
    throw new ApiError(404, { detail: 'That page is too far away. Start from the first one.' });
  }
  while (row < skip) {
    const page = await ask(row, Math.min(LARGEST_PAGE, skip - row));
    if (!page.next) return { items: [], next: null, total: page.total };
    row += page.items.length;
  }
  return ask(row, size);
}

async function getList(resource: string, params: GetListParams) {
  const { page = 1, perPage = 25 } = params.pagination ?? {};
  const query = baseQuery(resource, params);
  const first = (page - 1) * perPage;
  let answer = await fetchPage(resource, query, first, Math.min(perPage, LARGEST_PAGE));
  const items = [...answer.items];
  while (items.length < perPage && answer.next && answer.items.length === LARGEST_PAGE) {
    const size = Math.min(LARGEST_PAGE, perPage - items.length);
    answer = await fetchPage(resource, query, first + items.length, size);
    items.push(...answer.items);
  }
  return {
    data: items.map((item) => withId(resource, item)),
    total: answer.total ?? undefined,
    pageInfo: { hasNextPage: answer.next !== null, hasPreviousPage: page > 1 },
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
