// In-memory data of the mock server. For development only.
import { randomUUID } from 'node:crypto';

const DAY = 86400000;
export const iso = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

export function emptyData() {
  return {
    clients: [],
    users: [],
    tokens: [],
    audit: [],
    epoch: 41,
    administrators: [
      { email: 'ada@example.com', role: 'administrator', source: 'setting' },
      { email: 'iris@example.com', role: 'auditor', source: 'list' },
    ].map((one) => ({ added_at: null, added_by: null, ...one })),
  };
}

export function record(data, action, object, item, detail = null) {
  data.audit.unshift({
    sequence: data.audit.length + 1,
    at: iso(Date.now()),
    actor: 'administrator',
    actor_id: 'ada@example.com',
    action,
    object,
    object_id: item.id,
    client_id: item.client_id ?? (object === 'client' ? item.id : null),
    request_id: randomUUID(),
    address: '127.0.0.1',
    detail,
    hash: randomUUID().replaceAll('-', '').repeat(2),
  });
}

export function addClient(data, name, at = Date.now()) {
  const client = {
    id: randomUUID(),
    name,
    is_active: true,
    created_at: iso(at),
    api_key_preview: `sk-client-...${Math.random().toString(36).slice(2, 10)}`,
    api_key_created_at: iso(at),
    previous_api_key_expires_at: null,
    last_used_at: null,
    users: 0,
  };
  data.clients.unshift(client);
  record(data, 'client_created', 'client', client);
  return client;
}

export function addUser(data, client, identifier, scopes = ['read:all'], at = Date.now()) {
  const user = {
    id: randomUUID(),
    client_id: client.id,
    client_name: client.name,
    identifier,
    scopes,
    is_active: true,
    created_at: iso(at),
    secret_preview: `sk-user-...${Math.random().toString(36).slice(2, 10)}`,
    secret_created_at: iso(at),
    previous_secret_expires_at: null,
    last_used_at: null,
    newest_token: null,
  };
  data.users.unshift(user);
  client.users += 1;
  record(data, 'user_created', 'user', user, scopes.join(' '));
  return user;
}

export function addToken(data, user, by, seconds = 2592000, at = Date.now()) {
  const token = {
    id: randomUUID(),
    user_id: user.id,
    username: user.identifier,
    client_id: user.client_id,
    client_name: user.client_name,
    preview: `eyJ****${Math.random().toString(36).slice(2, 5)}`,
    created_by_username: by,
    created_at: iso(at),
    expires_at: iso(at + seconds * 1000),
    revoked_at: null,
    last_used_at: null,
    state: 'live',
  };
  if (at + seconds * 1000 < Date.now()) token.state = 'expired';
  const { preview, expires_at, created_by_username } = token;
  user.newest_token = { preview, expires_at, created_by_username };
  data.tokens.unshift(token);
  record(data, 'token_issued', 'token', token, user.identifier);
  return token;
}

export function sampleData() {
  const data = emptyData();
  const now = Date.now();
  for (let c = 1; c <= 30; c += 1) {
    const client = addClient(data, `example_company_${c}`, now - (400 - c) * DAY);
    client.is_active = c % 9 !== 0;
    client.last_used_at = iso(now - c * 3000000);
    for (let u = 1; u <= 4; u += 1) {
      const user = addUser(data, client, `service_${c}_${u}`, ['read:all'], now - (300 - c) * DAY);
      user.last_used_at = u === 4 ? null : iso(now - u * 5000000);
      for (let t = 1; t <= 3; t += 1) {
        const at = now - (36 - t * 10 + (c % 5)) * DAY;
        const token = addToken(data, user, t === 2 ? 'ada@example.com' : null, 2592000, at);
        if (t === 3 && u === 2) Object.assign(token, { state: 'revoked', revoked_at: iso(now) });
      }
    }
  }
  return data;
}

const wave = (n, height, phase) =>
  Array.from({ length: n }, (_, i) =>
    Math.max(0, Math.round(height * (1 + Math.sin(i / 90 + phase)) + (i % 7) - 3)),
  );

export function overview(data) {
  const live = data.tokens.filter(({ state }) => state === 'live').length;
  const n = live ? 1440 : 5;
  const now = Date.now();
  const low = live ? 2 : 0;
  return {
    clients: data.clients.length,
    users: data.users.length,
    tokens_live: live,
    uptime_seconds: 86400,
    series: {
      step_seconds: 60,
      from: iso(now - n * 60000),
      issued: wave(n, live ? 20 : 0, 1),
      accepted: wave(n, live ? 140 : 0, 0),
      refused: {
        malformed: wave(n, low, 0),
        expired: wave(n, low * 3, 2),
        unknown: wave(n, low, 3),
        revoked: wave(n, low * 2, 4),
      },
    },
    expiring: Array.from({ length: 7 }, (_, i) => ({
      day: iso(now + i * DAY).slice(0, 10),
      tokens: live ? (i * 37) % 50 : 0,
    })),
    stale: { after_days: 90, secrets: live ? 12 : 0, api_keys: live ? 3 : 0, unused_users: low },
  };
}
