// A stand-in for the panel's server, with data in memory, to try pages without the binary:
//   npm run mock [-- --port 8004 --empty --idle 1800]
// Codes of login links: "good" and "auditor"; with "-" and more behind, they work once.
// For development only: it checks next to nothing. Tests run against the real binary.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import {
  addClient,
  addToken,
  addUser,
  emptyData,
  iso,
  overview,
  record,
  sampleData,
} from './data.mjs';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '8004' },
    empty: { type: 'boolean', default: false },
    idle: { type: 'string', default: '1800' },
  },
});

const data = options.empty ? emptyData() : sampleData();
const sessions = new Map();
const dist = new URL('../dist/', import.meta.url);
const TYPES = { js: 'text/javascript', css: 'text/css', html: 'text/html', svg: 'image/svg+xml' };

class Refusal extends Error {
  constructor(status, code, detail, errors) {
    super(code);
    this.status = status;
    this.body = { type: 'about:blank', title: code, status, code, detail, errors };
  }
}

const find = (list, id) => {
  const item = list.find((one) => one.id === id);
  if (!item) throw new Refusal(404, 'not_found', 'There is no such object.');
  return item;
};
const need = (value, field) => {
  const message = 'must not be empty';
  if (!value) throw new Refusal(422, 'invalid', `${field} ${message}`, [{ field, message }]);
};
const fence = () => ({ fenced: true, epoch: (data.epoch += 1) });
const credential = (kind) => `sk-${kind}-development-${randomUUID().replaceAll('-', '')}Ab12Cd`;

function page(items, query) {
  const after = Number(query.get('after') ?? 0);
  const size = Number(query.get('page_size') ?? 25);
  const next = after + size < items.length ? String(after + size) : null;
  return { items: items.slice(after, after + size), next };
}

function list(kind, query) {
  const text = query.get('search');
  const state = query.get('state');
  const fields = ['client_id', 'user_id', 'object_id', 'action', 'actor'];
  const items = data[kind].filter(
    (item) =>
      (!text || (item.name ?? item.identifier).startsWith(text) || item.id === text) &&
      (!state || (item.state ?? (item.is_active ? 'active' : 'inactive')) === state) &&
      fields.every((field) => !query.get(field) || item[field] === query.get(field)),
  );
  const sort = query.get('sort');
  if (sort) items.sort((a, b) => a[sort].localeCompare(b[sort]));
  if (sort && query.get('order') === 'desc') items.reverse();
  const filtered = text || state || fields.some((field) => query.get(field));
  return { ...page(items, query), total: filtered || kind === 'audit' ? null : items.length };
}

const revoke = (token) => {
  if (token.state === 'live')
    Object.assign(token, { state: 'revoked', revoked_at: iso(Date.now()) });
  record(data, 'token_revoked', 'token', token);
};

function rotate(item, what, kind, body) {
  const old = body.grace_period_seconds;
  item[`${what}_created_at`] = iso(Date.now());
  item[`previous_${what}_expires_at`] = old ? iso(Date.now() + old * 1000) : null;
  record(data, `${what}_rotated`, kind, item);
  if (body.revoke_tokens) data.tokens.filter((one) => one.user_id === item.id).forEach(revoke);
  return { ...item, [what]: credential(kind), ...fence() };
}

function patch(kind, item, body) {
  Object.assign(item, body);
  if (body.is_active === false) {
    data.tokens.filter((one) => one[`${kind}_id`] === item.id).forEach(revoke);
  }
  const word = body.is_active ? 'activated' : 'deactivated';
  record(data, body.scopes ? 'scopes_changed' : `${kind}_${word}`, kind, item);
  return { ...item, ...fence() };
}

function login(response, role) {
  const id = randomUUID();
  const at = iso(Date.now());
  const email = role === 'auditor' ? 'iris@example.com' : 'ada@example.com';
  sessions.set(id, {
    id: randomUUID(),
    email,
    role,
    created_at: at,
    last_seen_at: at,
    expires_at: iso(Date.now() + 43200000),
    address: '127.0.0.1',
    csrf: randomUUID(),
  });
  response.setHeader('Set-Cookie', `claviger=${id}; HttpOnly; SameSite=Strict; Path=/`);
  return sessionObject(sessions.get(id));
}

const sessionObject = ({ email, role, csrf, expires_at }) => ({
  email,
  role,
  csrf_token: csrf,
  expires_at,
  idle_seconds: Number(options.idle),
  environment: 'development',
  version: '0.0.0-mock',
  default_client_id: data.clients[0]?.id ?? null,
});

const visible = (current) =>
  [...sessions.values()].map((one) => ({
    ...one,
    csrf: undefined,
    current: one.id === current.id,
  }));

function end(wanted) {
  let ended = 0;
  for (const [key, session] of sessions) {
    if (wanted(session)) ended += sessions.delete(key) ? 1 : 0;
  }
  return ended;
}

const issued = new Map();

function withSecret(body) {
  const user = data.users.find(
    (one) => one.client_id === body.client_id && one.identifier === body.identifier,
  );
  if (!user || !body.secret || body.secret.endsWith('_') || !user.is_active) {
    throw new Refusal(401, 'invalid_credentials', 'The identifier or the secret is wrong.');
  }
  const token = addToken(data, user, 'ada@example.com', body.expires_in);
  const text = `eyJhbGciOiJIUzI1NiJ9.${randomUUID()}.${randomUUID()}`;
  issued.set(text, token);
  return { ...token, token: text };
}

/** "METHOD /path/with/*" to what answers it: ({ids, body, query, session, response}). */
const ROUTES = {
  'GET /session': ({ session }) => sessionObject(session),
  'DELETE /session': ({ session }) => (end(({ id }) => id === session.id), {}),
  'GET /sessions': ({ session }) => ({ items: visible(session) }),
  'DELETE /sessions': ({ session }) => ({ ended: end(({ email }) => email === session.email) }),
  'DELETE /sessions/*': ({ ids }) => (end(({ id }) => id === ids[0]), {}),
  'GET /overview': () => overview(data),
  'GET /administrators': () => ({ items: data.administrators }),
  'POST /administrators': ({ body, session }) => {
    need(body.email, 'email');
    const more = { source: 'list', added_at: iso(Date.now()), added_by: session.email };
    data.administrators.push({ ...body, ...more });
    return data.administrators.at(-1);
  },
  'PATCH /administrators/*': ({ ids, body }) =>
    Object.assign(
      data.administrators.find(({ email }) => email === ids[0]),
      body,
    ),
  'DELETE /administrators/*': ({ ids }) => {
    data.administrators = data.administrators.filter(({ email }) => email !== ids[0]);
    return {};
  },
  'GET /audit/check': ({ query }) => {
    const newest = data.audit.length;
    const checked = Math.min(newest, Number(query.get('after') ?? 0) + 200);
    return { checked_to: checked, hash: 'ab', newest, done: checked === newest, problem: null };
  },
  'GET /audit': ({ query }) => list('audit', query),
  'GET /export/*': ({ ids, response }) => {
    response.setHeader('Content-Disposition', `attachment; filename="${ids[0]}.csv"`);
    return csv(data[ids[0]]);
  },
  'GET /clients': ({ query }) => list('clients', query),
  'GET /users': ({ query }) => list('users', query),
  'GET /tokens': ({ query }) => list('tokens', query),
  'GET /clients/*': ({ ids }) => find(data.clients, ids[0]),
  'GET /users/*': ({ ids }) => find(data.users, ids[0]),
  'GET /tokens/*': ({ ids }) => find(data.tokens, ids[0]),
  'POST /clients': ({ body }) => {
    need(body.name, 'name');
    return { ...addClient(data, body.name), api_key: credential('client') };
  },
  'PATCH /clients/*': ({ ids, body }) => patch('client', find(data.clients, ids[0]), body),
  'POST /clients/*/api-key': ({ ids, body }) =>
    rotate(find(data.clients, ids[0]), 'api_key', 'client', body),
  'POST /users': ({ body }) => {
    need(body.client_id, 'client_id');
    need(body.identifier, 'identifier');
    const user = addUser(data, find(data.clients, body.client_id), body.identifier, body.scopes);
    return { ...user, secret: credential('user') };
  },
  'PATCH /users/*': ({ ids, body }) => patch('user', find(data.users, ids[0]), body),
  'POST /users/*/secret': ({ ids, body }) =>
    rotate(find(data.users, ids[0]), 'secret', 'user', body),
  'DELETE /users/*/tokens': ({ ids }) => {
    const live = data.tokens.filter((one) => one.user_id === ids[0] && one.state === 'live');
    live.forEach(revoke);
    return { revoked: live.length, ...fence() };
  },
  'POST /tokens': ({ body }) => withSecret(body),
  'DELETE /tokens/*': ({ ids }) => {
    revoke(find(data.tokens, ids[0]));
    return { ...find(data.tokens, ids[0]), ...fence() };
  },
  'POST /tokens/revocations': ({ body }) => {
    const found = data.tokens.filter(({ id }) => body.ids.includes(id));
    found.forEach(revoke);
    return { revoked: found.length, missing: body.ids.length - found.length, ...fence() };
  },
};

const csv = (items) => items.map((item) => Object.values(item).join(',')).join('\n');

const used = new Set();

const WITHOUT_SESSION = {
  'GET /login': () => ({
    openid: true,
    issuer: 'https://accounts.google.com',
    environment: 'development',
  }),
  'POST /login/link': ({ body, response }) => {
    const role = { good: 'administrator', auditor: 'auditor' }[body.code?.split('-')[0]];
    if (!role || used.has(body.code)) throw new Refusal(401, 'invalid_link');
    if (body.code.includes('-')) used.add(body.code);
    return login(response, role);
  },
};

function match(routes, method, path) {
  for (const [route, answer] of Object.entries(routes)) {
    const [verb, pattern] = route.split(' ');
    const found = new RegExp(`^${pattern.replaceAll('*', '([^/]+)')}$`).exec(path);
    if (verb === method && found) return { answer, ids: found.slice(1).map(decodeURIComponent) };
  }
  return null;
}

function respond(request, url, body, response) {
  const path = url.pathname.slice('/admin/api'.length);
  const open = match(WITHOUT_SESSION, request.method, path);
  const given = { body, query: url.searchParams, response };
  if (open) return open.answer(given);
  const cookie = /claviger=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
  const session = sessions.get(cookie);
  if (!session) throw new Refusal(401, 'no_session', 'Log in first.');
  if (request.method !== 'GET') {
    if (request.headers['x-csrf-token'] !== session.csrf) throw new Refusal(403, 'csrf');
    if (session.role === 'auditor' && !path.startsWith('/session'))
      throw new Refusal(403, 'auditor');
  }
  const found = match(ROUTES, request.method, path);
  if (!found) throw new Refusal(404, 'not_found');
  return found.answer({ ...given, session, ids: found.ids });
}

async function serveFile(path, response) {
  const name = path === '/admin/' ? 'index.html' : path.slice('/admin/'.length);
  const nonce = randomUUID();
  let content = await readFile(new URL(name, dist));
  if (name === 'index.html') content = content.toString().replaceAll('__CSP_NONCE__', nonce);
  response.setHeader('Content-Type', TYPES[name.split('.').at(-1)] ?? 'application/octet-stream');
  response.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; ` +
      `img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; ` +
      `object-src 'none'; form-action 'self'; frame-ancestors 'none'`,
  );
  response.setHeader('Content-Encoding', 'gzip');
  response.end(gzipSync(content));
}

const CREATES = ['clients', 'users', 'tokens', 'administrators'].map((k) => `/admin/api/${k}`);

async function bodyOf(request) {
  let text = '';
  for await (const part of request) text += part;
  return text ? JSON.parse(text) : {};
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  try {
    if (url.pathname === '/token') {
      const token = issued.get((request.headers.authorization ?? '').slice('Bearer '.length));
      response.statusCode = token?.state === 'live' ? 200 : 401;
      return response.end();
    }
    if (!url.pathname.startsWith('/admin/api/')) return await serveFile(url.pathname, response);
    const answer = respond(request, url, await bodyOf(request), response);
    if (request.method === 'POST' && CREATES.includes(url.pathname)) response.statusCode = 201;
    response.setHeader('Content-Type', 'application/json');
    return response.end(JSON.stringify(answer));
  } catch (error) {
    response.statusCode = error.status ?? 404;
    response.setHeader('Content-Type', 'application/problem+json');
    return response.end(JSON.stringify(error.body ?? {}));
  }
});

server.listen(Number(options.port), '127.0.0.1', () => {
  const { port } = server.address();
  process.stdout.write(`ready http://127.0.0.1:${port}\n`);
});

process.on('SIGTERM', () => process.exit(0));
