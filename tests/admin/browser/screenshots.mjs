// Takes the pictures of the docs (docs/images/admin-*.png) from the real binary:
//   CLAVIGER_BINARY=build/debug/claviger node tests/admin/browser/screenshots.mjs
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { button, dialog, go, launch, login, make, newPage, seed, seen } from './lib/panel.mjs';
import { Server } from './lib/server.mjs';

const images = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
await mkdir(images, { recursive: true });
const server = await Server.start();
const browser = await launch();

async function fill(page) {
  const names = ['acme_billing', 'blue_harbour', 'north_wind'];
  for (const name of names) {
    const client = await make(page, '/clients', { name });
    for (const identifier of ['reporting', 'import_job', 'webhooks']) {
      const user = await make(page, '/users', { client_id: client.id, identifier });
      const { secret } = user;
      await make(page, '/tokens', { client_id: client.id, identifier, secret });
    }
  }
  return seed(page, 4);
}

async function take(page, name) {
  const path = `${images}admin-${name}.png`;
  // No credential gets into a picture, not even one of a server that is gone.
  const mask = [page.getByLabel('Secret', { exact: true })];
  await page.screenshot({ path, mask, maskColor: '#777' });
  // Smaller by a palette where ImageMagick is there; well below 100 kB either way.
  const smaller = ['-strip', '-dither', 'None', '-colors', '128', `png8:${path}`];
  await promisify(execFile)('/usr/bin/convert', [path, ...smaller]).catch(() => undefined);
}

const wide = { viewport: { width: 1000, height: 620 } };
const page = await newPage(browser, { ...wide, colorScheme: 'light' });
await login(page, server);
const made = await fill(page);
await go(page, '/tokens', 'Tokens');
await take(page, 'tokens');
await go(page, `/clients/${made.client.id}/show`, `Client ${made.client.name}`);
await button(page, 'New user').click();
await dialog(page).getByLabel('Identifier').fill('ledger');
await button(page, 'Create').click();
await seen(button(page, 'Copy'));
await take(page, 'once');

const dark = await newPage(browser, { ...wide, colorScheme: 'dark' });
await login(dark, server);
await take(dark, 'dashboard-dark');
const narrow = await newPage(browser, { viewport: { width: 390, height: 740 } });
await login(narrow, server);
await go(narrow, `/users/${made.user.id}/show`, `User ${made.user.identifier}`);
await take(narrow, 'narrow');
await browser.close();
await server.stop();
