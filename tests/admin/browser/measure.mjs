// Measures the panel in a real browser (docs/performance.md has what it printed):
//   CLAVIGER_BINARY=build/release/claviger node tests/admin/browser/measure.mjs [USERS]
// How long from an address to a page that takes input, with an empty cache, on this machine; and
// the list of users among few and among many. Each row is of 9 rounds, taken in turns.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { go, heading, launch, login, newPage, seen } from './lib/panel.mjs';
import { Server } from './lib/server.mjs';

const ROUNDS = 9;
const many = Number(process.argv[2] ?? 1_000_000);
const FILL = `
import sqlite3, sys, os
db = sqlite3.connect(sys.argv[1])
client = os.urandom(16)
db.execute("INSERT INTO clients (id, name, api_key_hash, api_key_preview, api_key_created_at_ms,"
           " created_at_ms) VALUES (?, 'filled', randomblob(32), '', 0, 0)", (client,))
db.execute("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
           " INSERT INTO users (id, client_id, ordinal, identifier, scopes, secret_hash,"
           " secret_preview, secret_created_at_ms, created_at_ms) SELECT randomblob(16), ?, i,"
           " printf('user_%08d', i), 'read:all', randomblob(32), '', 0, 0 FROM n",
           (int(sys.argv[2]), client))
db.commit()
`;

async function filled(users) {
  const server = await Server.start();
  execFileSync('python3', ['-c', FILL, join(server.folder, 'claviger.db'), String(users)]);
  return server;
}

const timed = async (action) => {
  const start = performance.now();
  await action();
  return performance.now() - start;
};

const servers = { 10: await filled(10), [many]: await filled(many) };
const few = servers[10];
const browser = await launch();
const pages = {};
for (const [users, server] of Object.entries(servers)) {
  pages[users] = await newPage(browser);
  await login(pages[users], server);
}
const times = {};
const note = (name, ms) => (times[name] ??= []).push(ms);

for (let round = 0; round < ROUNDS; round += 1) {
  const fresh = await newPage(browser);
  const loaded = await timed(async () => {
    await fresh.goto(`${few.url}/admin/`);
    await seen(heading(fresh, 'Log in to Claviger'));
  });
  note('login page, empty cache', loaded);
  const dashboard = await newPage(browser);
  await dashboard.context().addCookies(await pages[10].context().cookies());
  const shown = await timed(async () => {
    await dashboard.goto(`${few.url}/admin/`);
    await seen(heading(dashboard, 'Dashboard'));
  });
  note('dashboard, empty cache', shown);
  for (const users of Object.keys(servers)) {
    await go(pages[users], '/', 'Dashboard');
    const listed = await timed(async () => {
      await go(pages[users], '/users', 'Users');
      await seen(pages[users].getByRole('cell').first());
    });
    note(`list of ${users} users`, listed);
  }
  await fresh.context().close();
  await dashboard.context().close();
}

process.stdout.write('| page | median ms | min–max |\n|---|---|---|\n');
for (const [name, all] of Object.entries(times)) {
  all.sort((a, b) => a - b);
  const [low, middle, high] = [0, ROUNDS >> 1, ROUNDS - 1].map((i) => Math.round(all[i]));
  process.stdout.write(`| ${name} | ${middle} | ${low}–${high} |\n`);
}
await browser.close();
for (const server of Object.values(servers)) await server.stop();
