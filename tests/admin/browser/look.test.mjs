// What all pages have in common: nothing serious for axe, light and dark, wide and narrow; nothing
// from elsewhere; small; usable by keyboard alone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { accessible, button, dialog, go, heading, launch, login } from './lib/panel.mjs';
import { newPage, quiet, seed, seen } from './lib/panel.mjs';
import { Server } from './lib/server.mjs';

const FIRST_LOAD = 400_000;
const WIDE = { width: 1000, height: 900 };
const NARROW = { width: 360, height: 740 };

describe('every page', () => {
  let server;
  let browser;
  let made;
  before(async () => {
    server = await Server.start();
    browser = await launch();
    const page = await newPage(browser);
    await login(page, server);
    made = await seed(page, 3);
  });
  after(async () => {
    await browser.close();
    await server.stop();
  });

  const pages = () => ({
    '/': 'Dashboard',
    '/clients': 'Clients',
    '/users': 'Users',
    '/tokens': 'Tokens',
    '/audit': 'Audit trail',
    '/access': 'Access',
    [`/clients/${made.client.id}/show`]: `Client ${made.client.name}`,
    [`/users/${made.user.id}/show`]: `User ${made.user.identifier}`,
    [`/tokens/${made.tokens[0].id}/show`]: /^Token/,
  });

  for (const colorScheme of ['light', 'dark']) {
    for (const [width, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
      test(`has nothing serious for axe: ${colorScheme}, ${width}`, async () => {
        const page = await newPage(browser, { colorScheme, viewport });
        await page.goto(`${server.url}/admin/#/login`);
        await seen(heading(page, 'Log in to Claviger'));
        await seen(page.getByText('claviger admin login-link'));
        await accessible(page, 'login');
        await login(page, server);
        for (const [path, title] of Object.entries(pages())) {
          await go(page, path, title);
          await accessible(page, path);
          const excess = await page.evaluate(
            () => document.documentElement.scrollWidth - window.innerWidth,
          );
          const link = page.getByRole('link', { name: 'Export' }).first();
          const box = (await link.count()) ? await link.boundingBox() : null;
          if (box) assert.ok(box.x + box.width <= viewport.width, `${path}: Export is out of sight`);
          assert.ok(excess <= 0, `${path} is ${excess} pixels wider than the window`);
        }
        await page.context().close();
      });
    }
  }

  test('and every dialog has nothing serious for axe', async () => {
    const page = await newPage(browser);
    await login(page, server);
    const dialogs = {
      '/clients': ['New client'],
      '/users': ['New user'],
      '/tokens': ['New token'],
      '/audit': ['Verify'],
      '/access': ['Allow an address', 'Log out everywhere'],
      [`/clients/${made.client.id}/show`]: ['New user', 'Rotate API key', 'Deactivate'],
      [`/users/${made.user.id}/show`]: ['New token', 'Rotate secret', 'Change scopes'],
    };
    for (const [path, names] of Object.entries(dialogs)) {
      await go(page, path, pages()[path]);
      for (const name of names) {
        await button(page, name).click();
        await seen(dialog(page));
        await accessible(page, `${path} ${name}`);
        await page.keyboard.press('Escape');
        await dialog(page).waitFor({ state: 'detached' });
      }
    }
    quiet(page);
  });

  test('has its name in the title', async () => {
    const page = await newPage(browser);
    await login(page, server);
    await go(page, '/clients', 'Clients');
    await page.waitForFunction(() => document.title === 'Clients – Claviger – development');
  });

  test('a chart is there as a table as well', async () => {
    const page = await newPage(browser);
    await login(page, server);
    for (const name of ['Checks and issues', 'Refusals by reason', 'Tokens soon to expire']) {
      const card = page.getByRole('region', { name, exact: true });
      await seen(card.getByRole('img'));
      await button(card, 'Table').click();
      await seen(card.getByRole('table', { name }));
    }
    await accessible(page, 'tables');
  });

  test('takes nothing from elsewhere, and little from here', async () => {
    const page = await newPage(browser);
    const sizes = new Map();
    const origins = new Set();
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Network.enable');
    cdp.on('Network.responseReceived', ({ requestId, response }) => {
      if (/^https?:/.test(response.url)) origins.add(new URL(response.url).origin);
      sizes.set(requestId, 0);
    });
    cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
      sizes.set(requestId, encodedDataLength),
    );
    await login(page, server);
    const total = [...sizes.values()].reduce((a, b) => a + b, 0);
    assert.ok(total > 100_000, `only ${total} bytes were seen`);
    assert.ok(total < FIRST_LOAD, `${total} bytes up to the dashboard`);
    assert.deepEqual([...origins], [server.url]);
  });

  test('the theme is switched and remembered', async () => {
    const page = await newPage(browser, { colorScheme: 'light' });
    await login(page, server);
    const dark = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await dark();
    await page.getByRole('button', { name: /theme|mode/i }).click();
    await page.waitForFunction(
      (color) => getComputedStyle(document.body).backgroundColor !== color,
      before,
    );
    const after_ = await dark();
    await page.reload();
    await seen(heading(page, 'Dashboard'));
    assert.equal(await dark(), after_);
  });

  /** Presses Tab until the wanted thing has the focus. */
  const tabTo = async (page, role, name) => {
    const wanted = page.getByRole(role, { name, exact: true });
    await seen(wanted);
    for (let n = 0; n < 60; n += 1) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`Tab never came to ${role} ${name}`);
  };

  test('the keyboard is enough: log in, new client, new user, token, revoke', async () => {
    const page = await newPage(browser);
    await page.goto(await server.loginLink());
    await tabTo(page, 'button', 'Log in');
    await page.keyboard.press('Enter');
    await seen(heading(page, 'Dashboard'));
    await tabTo(page, 'menuitem', 'Clients');
    await page.keyboard.press('Enter');
    await seen(heading(page, 'Clients'));
    await tabTo(page, 'button', 'New client');
    await page.keyboard.press('Enter');
    await seen(dialog(page));
    await page.keyboard.type('by_keyboard');
    await page.keyboard.press('Enter');
    await tabTo(page, 'button', 'I have saved it');
    await page.keyboard.press('Enter');
    await seen(heading(page, 'Client by_keyboard'));
    await tabTo(page, 'button', 'New user');
    await page.keyboard.press('Enter');
    await seen(dialog(page));
    await page.keyboard.type('typist');
    await page.keyboard.press('Enter');
    await tabTo(page, 'button', 'Issue a token with it');
    await page.keyboard.press('Enter');
    await tabTo(page, 'button', 'Issue');
    await page.keyboard.press('Enter');
    await seen(dialog(page).getByLabel('Token', { exact: true }));
    await tabTo(page, 'button', 'I have saved it');
    await page.keyboard.press('Enter');
    await seen(heading(page, /^(Token|User)/));
    if (await heading(page, /^User/).count()) {
      await tabTo(page, 'button', 'Revoke all tokens');
    } else {
      await tabTo(page, 'button', 'Revoke');
    }
    await page.keyboard.press('Enter');
    await seen(dialog(page));
    await tabTo(page, 'button', /^Revoke/);
    await page.keyboard.press('Enter');
    await seen(dialog(page).getByText(/Refused by every node since epoch/));
    await page.keyboard.press('Enter');
    await dialog(page).waitFor({ state: 'detached' });
  });
});
