import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { accessible, button, dialog, go, launch, login } from './lib/panel.mjs';
import { exported, newPage, quiet, seed, seen } from './lib/panel.mjs';
import { Server } from './lib/server.mjs';

describe('the audit trail', () => {
  let server;
  let browser;
  let page;
  let made;
  before(async () => {
    server = await Server.start();
    browser = await launch();
    page = await newPage(browser);
    await login(page, server);
    made = await seed(page, 3);
  });
  after(async () => {
    quiet(page);
    await browser.close();
    await server.stop();
  });

  const rows = () => page.getByRole('row').filter({ has: page.getByRole('cell') });

  test('shows what was done, by whom, and leads to it', async () => {
    await go(page, '/audit', 'Audit trail');
    const row = rows().filter({ hasText: 'client created' });
    await seen(row.getByText('administrator'));
    await row.getByRole('button', { name: /^More about/ }).click();
    await seen(dialog(page).getByText(/^[0-9a-f]{64}$/));
    await seen(dialog(page).getByText(/ada@example.com/));
    await accessible(page, 'a row');
    await button(page, 'Close').click();
    await row.getByRole('link').first().click();
    await seen(page.getByRole('heading', { name: `Client ${made.client.name}` }));
  });

  test('is filtered', async () => {
    await go(page, '/audit', 'Audit trail');
    await page.getByRole('combobox', { name: 'Action' }).click();
    await page.getByRole('option', { name: 'user created' }).click();
    await seen(page.getByRole('navigation', { name: 'Pages' }).getByText('1–1'));
    assert.equal(await rows().count(), 1);
    await page.getByLabel('Object id').fill(made.client.id);
    await seen(page.getByText('Nothing fits these filters.'));
    await page.getByLabel('Object id').fill(made.user.id);
    await seen(rows().filter({ hasText: 'user created' }));
    await page.getByLabel('From').fill('2100-01-01T00:00');
    await seen(page.getByText('Nothing fits these filters.'));
  });

  test('is verified with progress, step by step', async () => {
    await go(page, '/audit', 'Audit trail');
    let held;
    const second = new Promise((resolve) => (held = resolve));
    const answers = [
      { checked_to: 20000, hash: 'ab', newest: 30000, done: false, problem: null },
      { checked_to: 30000, hash: 'cd', newest: 30000, done: true, problem: null },
    ];
    const asked = [];
    await page.route('**/admin/api/audit/check*', async (route) => {
      asked.push(new URL(route.request().url()).search);
      if (asked.length === 2) await second;
      await route.fulfill({ json: answers[asked.length - 1] });
    });
    await button(page, 'Verify').click();
    await seen(dialog(page).getByText('20,000 of 30,000 rows'));
    held();
    await seen(dialog(page).getByText('All 30,000 rows are sound'));
    assert.deepEqual(asked, ['', '?after=20000&hash=ab']);
    await button(page, 'Close').click();
    await page.unroute('**/admin/api/audit/check*');
  });

  test('is verified for real; what is wrong is told', async () => {
    await go(page, '/audit', 'Audit trail');
    await button(page, 'Verify').click();
    await seen(dialog(page).getByText(/All \d+ rows are sound/));
    await button(page, 'Close').click();
    const bad = { checked_to: 2, hash: 'x', newest: 5, done: false, problem: 'row 3 was edited' };
    await page.route('**/admin/api/audit/check*', (route) => route.fulfill({ json: bad }));
    await button(page, 'Verify').click();
    await seen(dialog(page).getByText('not what was written: row 3 was edited'));
    await button(page, 'Close').click();
  });

  test('is exported', async () => {
    await page.reload();
    await go(page, '/audit', 'Audit trail');
    const lines = (await exported(page)).trim().split('\n');
    assert.ok(
      lines.map((line) => JSON.parse(line)).some(({ action }) => action === 'client_created'),
    );
  });
});
