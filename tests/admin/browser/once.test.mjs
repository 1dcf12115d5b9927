// ADM-4: a once-only value is in the dialog, and nowhere else, and then nowhere at all.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { CHROMIUM, button, go, gone, heading, login, onceValue } from './lib/panel.mjs';
import { dialog, seed, seen, watched } from './lib/panel.mjs';
import { Server } from './lib/server.mjs';

/** What the browser keeps for the page: storage, caches, databases, history and its addresses. */
const kept = (page) =>
  page.evaluate(async () => {
    const names = await caches.keys();
    const databases = await indexedDB.databases();
    return JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      names,
      databases,
      window.history.state,
      window.location.href,
      document.cookie,
      performance.getEntries().map(({ name }) => name),
      document.title,
    ]);
  });

async function filesWith(folder, text) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const content = await readFile(path).catch(() => Buffer.alloc(0));
    if (content.includes(text) || content.includes(Buffer.from(text, 'utf16le'))) found.push(path);
  }
  return found;
}

describe('ADM-4: once-only values', () => {
  let server;
  let profile;
  let context;
  let page;
  before(async () => {
    server = await Server.start();
    profile = await mkdtemp(join(tmpdir(), 'claviger-profile-'));
    context = await chromium.launchPersistentContext(profile, CHROMIUM);
    page = watched(await context.newPage());
    await login(page, server);
  });
  after(async () => {
    await context.close();
    await server.stop();
    await rm(profile, { recursive: true });
  });

  const isNowhere = async (value) => {
    assert.ok(!(await kept(page)).includes(value), 'kept');
    assert.ok(!(await page.content()).includes(value), 'in the page');
  };

  const makers = {
    'API key of a new client': async () => {
      await go(page, '/clients', 'Clients');
      await button(page, 'New client').click();
      await dialog(page).getByLabel('Name').fill('once');
      await button(page, 'Create').click();
      return onceValue(page, 'API key');
    },
    'secret of a new user': async () => {
      const { client } = await seed(page, 0);
      await go(page, `/clients/${client.id}/show`, `Client ${client.name}`);
      await button(page, 'New user').click();
      await dialog(page).getByLabel('Identifier').fill('once');
      await button(page, 'Create').click();
      return onceValue(page, 'Secret');
    },
    'rotated secret': async () => {
      const { user } = await seed(page, 0);
      await go(page, `/users/${user.id}/show`, `User ${user.identifier}`);
      await button(page, 'Rotate secret').click();
      await button(page, 'Rotate').click();
      return onceValue(page, 'New secret');
    },
    token: async () => {
      const { user } = await seed(page, 0);
      await go(page, `/users/${user.id}/show`, `User ${user.identifier}`);
      await button(page, 'New token').click();
      await dialog(page).getByLabel('Secret').fill(user.secret);
      await button(page, 'Issue').click();
      return onceValue(page, 'Token');
    },
  };
  const values = [];

  for (const [what, makeIt] of Object.entries(makers)) {
    test(`${what}: warned of, copied, then gone, after a reload and going back as well`, async () => {
      const value = await makeIt();
      values.push(value);
      await seen(dialog(page).getByText('This is shown only now and cannot be shown again.'));
      assert.ok(!(await kept(page)).includes(value), 'kept while it is shown');
      await page.keyboard.press('Escape');
      await seen(dialog(page));
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await button(page, 'Copy').click();
      await seen(dialog(page).getByText('Copied.'));
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), value);

      await button(page, 'I have saved it').click();
      await gone(dialog(page));
      await isNowhere(value);
      await page.goBack();
      await seen(page.getByRole('heading', { level: 1 }));
      await isNowhere(value);
      await page.reload();
      await seen(page.getByRole('heading', { level: 1 }));
      await isNowhere(value);
    });
  }

  test('a reload while it is shown takes it away', async () => {
    const value = await makers.token();
    values.push(value);
    await page.reload();
    await seen(page.getByRole('heading', { level: 1 }));
    await isNowhere(value);
  });

  test('what was typed in is gone as well, and the code of the link', async () => {
    const other = await context.newPage();
    const link = await server.loginLink();
    values.push(link.split('/').at(-1));
    await other.goto(link);
    await button(other, 'Log in').click();
    await seen(heading(other, 'Dashboard'));
    const lengths = await other.evaluate(() => window.history.length);
    for (let n = 1; n < lengths; n += 1) {
      await other.goBack();
      assert.ok(!other.url().includes(link.split('/').at(-1)));
    }
    await other.close();
  });

  test('none is in a file of the browser’s profile', async () => {
    await context.close();
    // The link's own code is spent; the browser's history file may still name where it led.
    for (const value of values.slice(0, 5)) {
      assert.ok(value.length > 20);
      assert.deepEqual(await filesWith(profile, value), []);
      const tail = value.slice(-24);
      assert.deepEqual(await filesWith(profile, tail), []);
    }
  });
});
