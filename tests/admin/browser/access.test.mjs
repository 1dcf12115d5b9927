import { after, before, describe, test } from 'node:test';
import { button, dialog, go, gone, launch, login, newPage, quiet, seen } from './lib/panel.mjs';
import { Server } from './lib/server.mjs';

describe('administrators', () => {
  let server;
  let browser;
  let page;
  before(async () => {
    server = await Server.start({ CLAVIGER_ADMIN_EMAILS: 'ada@example.com' });
    browser = await launch();
    page = await newPage(browser);
    await login(page, server);
  });
  after(async () => {
    quiet(page);
    await browser.close();
    await server.stop();
  });

  const row = (email) =>
    page.getByRole('table', { name: 'Administrators' }).getByRole('row').filter({ hasText: email });
  const close = () => button(dialog(page), 'Close').click();

  test('those of the settings can not be changed here', async () => {
    await go(page, '/access', 'Access');
    await seen(row('ada@example.com').getByText("by the server's settings"));
    await gone(row('ada@example.com').getByRole('button'));
  });

  test('are allowed, given another role, and removed', async () => {
    await go(page, '/access', 'Access');
    await button(page, 'Allow an address').click();
    await dialog(page).getByLabel('E-mail address').fill('grace@example.com');
    await button(dialog(page), 'Allow').click();
    await seen(dialog(page).getByText('grace@example.com may log in as administrator.'));
    await close();

    await button(row('grace@example.com'), 'Role').click();
    await dialog(page).getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: /^auditor/ }).click();
    await button(dialog(page), 'Save').click();
    await seen(dialog(page).getByText('grace@example.com is auditor now.'));
    await close();
    await seen(row('grace@example.com').getByText('auditor'));

    await button(row('grace@example.com'), 'Remove').click();
    await seen(dialog(page).getByText('Remove grace@example.com?'));
    await button(dialog(page), 'Remove').click();
    await seen(dialog(page).getByText('is removed, and its sessions are ended.'));
    await close();
    await gone(row('grace@example.com'));
  });

  test('what is no address is refused in words', async () => {
    await button(page, 'Allow an address').click();
    await dialog(page).getByLabel('E-mail address').fill('nobody');
    await button(dialog(page), 'Allow').click();
    await seen(dialog(page).getByRole('alert'));
    await button(page, 'Cancel').click();
  });
});
