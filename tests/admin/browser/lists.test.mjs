import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { button, go, gone, heading, launch, login, make } from './lib/panel.mjs';
import { exported, newPage, quiet, seed, seen } from './lib/panel.mjs';
import { Server } from './lib/server.mjs';

describe('lists', () => {
  let server;
  let browser;
  let page;
  let made;
  before(async () => {
    server = await Server.start();
    browser = await launch();
    page = await newPage(browser);
    await login(page, server);
    made = await seed(page, 2);
    for (let n = 10; n < 70; n += 1) await make(page, '/clients', { name: `firm_${n}` });
  });
  after(async () => {
    quiet(page);
    await browser.close();
    await server.stop();
  });

  const rows = () => page.getByRole('row').filter({ has: page.getByRole('cell') });
  const pages = () => page.getByRole('navigation', { name: 'Pages' });

  test('go by cursor, on and back, and find their place after a reload', async () => {
    await go(page, '/clients', 'Clients');
    await seen(pages().getByText('1–25 of 61'));
    await seen(page.getByRole('link', { name: 'firm_69' }));
    await button(pages(), 'Next').click();
    await seen(pages().getByText('26–50 of 61'));
    await button(pages(), 'Next').click();
    await seen(pages().getByText('51–61 of 61'));
    await seen(page.getByRole('link', { name: made.client.name, exact: true }));
    assert.equal(await button(pages(), 'Next').isDisabled(), true);
    await page.reload();
    await seen(pages().getByText('51–61 of 61'));
    await seen(page.getByRole('link', { name: made.client.name, exact: true }));
    await button(pages(), 'Previous').click();
    await seen(pages().getByText('26–50 of 61'));
  });

  test('are searched by the beginning of a name, and by id', async () => {
    await go(page, '/clients', 'Clients');
    await page.getByLabel('Name begins with').fill('firm_1');
    await seen(pages().getByText('1–10'));
    assert.equal(await rows().count(), 10);
    await page.getByLabel('Name begins with').fill(made.client.id);
    await seen(page.getByRole('link', { name: made.client.name, exact: true }));
    await seen(pages().getByText('1–1'));
    await page.getByLabel('Name begins with').fill('nobody');
    await seen(page.getByText('Nothing fits these filters.'));
    await page.getByLabel('Name begins with').fill('');
    await seen(pages().getByText(/of 61$/));
  });

  test('ADM-4: a credential that is typed into a search does not reach the address', async () => {
    await go(page, '/users', 'Users');
    await page.getByLabel('Identifier begins with').fill(made.user.secret);
    await seen(page.getByText('That looks like a credential.'));
    assert.equal(await page.getByLabel('Identifier begins with').inputValue(), '');
    assert.ok(!page.url().includes('sk-user'));
  });

  test('are sorted', async () => {
    await go(page, '/clients', 'Clients');
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    await seen(rows().first().getByText(made.client.name, { exact: true }));
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    await seen(rows().first().getByText('firm_69'));
  });

  test('are filtered by state and client', async () => {
    await go(page, '/tokens', 'Tokens');
    await page.getByRole('combobox', { name: 'State' }).click();
    await page.getByRole('option', { name: 'revoked' }).click();
    await seen(page.getByText('Nothing fits these filters.'));
    await page.getByRole('combobox', { name: 'State' }).click();
    await page.getByRole('option', { name: 'live' }).click();
    await seen(pages().getByText('1–2'));
    await page.getByRole('combobox', { name: 'Client' }).fill('firm_10');
    await page.getByRole('option', { name: 'firm_10' }).click();
    await seen(page.getByText('Nothing fits these filters.'));
  });

  test('selecting all selects what the filters let through, and no more', async () => {
    const other = await seed(page, 3);
    await go(page, `/tokens?filter=${JSON.stringify({ client_id: other.client.id })}`, 'Tokens');
    await seen(pages().getByText('1–3'));
    await page.getByLabel('Select all live tokens of this page').check();
    await button(page, 'Select all, at most 1,000').click();
    await seen(page.getByText('3 selected'));
    await gone(page.getByText('5 selected'));
    await button(page, 'Unselect').click();
    await gone(page.getByRole('group', { name: 'Selection' }));
  });

  test('lead to details, and details to each other', async () => {
    await go(page, '/users', 'Users');
    await page.getByRole('link', { name: made.user.identifier, exact: true }).click();
    await seen(heading(page, `User ${made.user.identifier}`));
    await page.getByRole('link', { name: /^eyJ/ }).first().click();
    await seen(heading(page, /^Token/));
    await page.getByRole('link', { name: made.client.name, exact: true }).click();
    await seen(heading(page, `Client ${made.client.name}`));
    await page.goBack();
    await seen(heading(page, /^Token/));
  });

  test('what is not there is told in words', async () => {
    await page.goto(`${server.url}/admin/#/users/00000000-0000-7000-8000-000000000000/show`);
    await seen(page.getByRole('main').getByRole('alert'));
  });

  test('are exported with their filters', async () => {
    await go(page, '/clients', 'Clients');
    await page.getByLabel('Name begins with').fill('firm_1');
    await seen(pages().getByText('1–10'));
    const text = await exported(page);
    assert.ok(text.includes('firm_19'));
    assert.ok(!text.includes('firm_20'));
  });

  test('old bookmarks lead to the new pages', async () => {
    const words = { client: 'Clients', user: 'Users', token: 'Tokens' };
    for (const [name, title] of Object.entries(words)) {
      await page.goto(`${server.url}/admin/admin-cpdb-${name}/list`);
      await seen(heading(page, title));
    }
  });

  test('show when there is nothing', async () => {
    const other = await Server.start();
    const empty = await newPage(browser);
    await login(empty, other);
    await go(empty, '/clients', 'Clients');
    await seen(empty.getByText('No clients yet.'));
    await gone(empty.getByRole('table'));
    await other.stop();
  });
});
