import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { button, gone, heading, launch, login, newPage, quiet, seen } from './lib/panel.mjs';
import { Server } from './lib/server.mjs';

describe('logging in', () => {
  let server;
  let browser;
  before(async () => {
    server = await Server.start();
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    await server.stop();
  });

  test('who is not logged in sees the login page, whatever the address', async () => {
    const page = await newPage(browser);
    for (const path of ['', '#/clients', '#/users', '#/tokens', '#/audit', '#/access']) {
      await page.goto(`${server.url}/admin/${path}`);
      await seen(heading(page, 'Log in to Claviger'));
      await seen(page.getByText('claviger admin login-link'));
      await page.goto('about:blank');
    }
    quiet(page);
  });

  test('ADM-1: a one-time link asks for one click and works once', async () => {
    const page = await newPage(browser);
    const link = await server.loginLink();
    await page.goto(link);
    await seen(button(page, 'Log in'));
    assert.equal(new URL(page.url()).hash, '#/login/link', 'the code is out of the address');
    await button(page, 'Log in').click();
    await seen(heading(page, 'Dashboard'));
    quiet(page);

    const other = await newPage(browser);
    await other.goto(link);
    await button(other, 'Log in').click();
    await seen(other.getByText('This link is wrong, has expired or was used already.'));
    await other.getByRole('link', { name: 'Go to the login page' }).click();
    await seen(other.getByText('claviger admin login-link'));
  });

  test('a link that is opened halfway leads to the login page', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/admin/#/login/link`);
    await seen(page.getByText('Open the whole link that the command printed.'));
  });

  test('refusals of the provider are told in words', async () => {
    const page = await newPage(browser);
    const words = {
      not_allowed: 'not on the list of administrators',
      not_verified: 'has not verified this e-mail address',
      expired: 'took too long',
      failed: 'did not work',
      '<img>': 'did not work',
    };
    for (const [code, text] of Object.entries(words)) {
      await page.goto(`${server.url}/admin/#/login?error=${encodeURIComponent(code)}`);
      await seen(page.getByRole('alert').getByText(text));
      await page.goto('about:blank');
    }
  });

  test('the app bar names environment, role and person; logging out ends it', async () => {
    const page = await newPage(browser);
    await login(page, server);
    const where = page.getByRole('group', { name: 'Environment and role' });
    await seen(where.getByText('development'));
    await seen(where.getByText('administrator'));
    await page.getByRole('button', { name: /ada@example.com/ }).click();
    await page.getByRole('menuitem', { name: 'Logout' }).click();
    await seen(heading(page, 'Log in to Claviger'));
    await page.reload();
    await seen(heading(page, 'Log in to Claviger'));
    await gone(where);
  });

  test('ADM-2: the session is out of reach for scripts', async () => {
    const page = await newPage(browser);
    await login(page, server);
    assert.equal(await page.evaluate(() => document.cookie), '');
    const [cookie] = await page.context().cookies();
    assert.equal(cookie.httpOnly, true);
    assert.match(cookie.sameSite, /Strict|Lax/);
  });
});
