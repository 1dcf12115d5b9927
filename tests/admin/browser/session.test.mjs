import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { api, button, dialog, go, gone, heading, launch, login } from './lib/panel.mjs';
import { newPage, quiet, seen } from './lib/panel.mjs';
import { Server } from './lib/server.mjs';

describe('sessions', () => {
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

  const endOnServer = async (page) => {
    const { body } = await api(page, 'GET', '/sessions');
    const { id } = body.items.find(({ current }) => current);
    assert.equal((await api(page, 'DELETE', `/sessions/${id}`)).status, 200);
  };

  test('one that ended leads to the login page, with words, from a list', async () => {
    const page = await newPage(browser);
    await login(page, server);
    await endOnServer(page);
    await page.evaluate(() => (window.location.hash = '#/clients'));
    await seen(heading(page, 'Log in to Claviger'));
    await seen(page.getByText('Your session has ended.'));
    quiet(page);
  });

  test('one that ended leads to the login page from a change', async () => {
    const page = await newPage(browser);
    await login(page, server);
    await go(page, '/clients', 'Clients');
    await endOnServer(page);
    await button(page, 'New client').click();
    await dialog(page).getByLabel('Name').fill('too_late');
    await button(page, 'Create').click();
    await seen(heading(page, 'Log in to Claviger'));
  });

  test('an idle one is warned of, and goes on if wanted', async () => {
    const page = await newPage(browser);
    await page.clock.install();
    await login(page, server);
    await page.waitForLoadState('networkidle'); // an answer after the jump would prolong it
    await page.clock.fastForward('29:00');
    const warning = page.getByRole('alertdialog', { name: 'Still there?' });
    await seen(warning);
    await button(page, 'Stay logged in').click();
    await gone(warning);
    await seen(heading(page, 'Dashboard'));
  });

  test('an idle one that is not used ends in the page as well', async () => {
    const page = await newPage(browser);
    await page.clock.install();
    await login(page, server);
    await page.waitForLoadState('networkidle'); // an answer after the jump would prolong it
    await page.clock.fastForward('31:00');
    await seen(heading(page, 'Log in to Claviger'));
    await seen(page.getByText('Your session has ended.'));
  });

  test('ADM-3: an outdated CSRF token is renewed once', async () => {
    const page = await newPage(browser);
    await login(page, server);
    await go(page, '/clients', 'Clients');
    let refused = 0;
    await page.route('**/admin/api/clients', async (route) => {
      if (route.request().method() !== 'POST' || refused > 0) return route.continue();
      refused += 1;
      const headers = { ...route.request().headers(), 'x-csrf-token': 'outdated' };
      return route.continue({ headers });
    });
    await button(page, 'New client').click();
    await dialog(page).getByLabel('Name').fill('renewed');
    await button(page, 'Create').click();
    await seen(dialog(page).getByText('The client renewed is there.'));
    assert.equal(refused, 1);
  });

  test('are listed, ended one by one, and everywhere', async () => {
    const page = await newPage(browser);
    const other = await newPage(browser);
    await login(page, server);
    await login(other, server);
    await go(page, '/access', 'Access');
    const rows = page.getByRole('table', { name: 'Sessions' }).getByRole('row');
    await seen(rows.filter({ hasText: 'this one' }));
    await button(rows.filter({ hasNotText: 'this one' }).last(), 'End').click();
    await button(dialog(page), 'End').click();
    await seen(dialog(page).getByText('The session is ended.'));
    await button(dialog(page), 'Close').click();

    await button(page, 'Log out everywhere').click();
    await button(dialog(page), 'Log out everywhere').click();
    await seen(heading(page, 'Log in to Claviger'));
    await other.evaluate(() => (window.location.hash = '#/users'));
    await seen(heading(other, 'Log in to Claviger'));
  });
});
