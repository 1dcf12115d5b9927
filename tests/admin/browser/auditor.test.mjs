import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { api, button, go, gone, launch, login, newPage, quiet } from './lib/panel.mjs';
import { seed, seen } from './lib/panel.mjs';
import { Server } from './lib/server.mjs';

const CHANGING = [
  /^New /,
  /^Rotate/,
  /^Revoke/,
  /^Deactivate/,
  /^Activate/,
  /^Change/,
  /^Allow/,
  /^Role$/,
  /^Remove$/,
];

describe('ADM-5: an auditor', () => {
  let server;
  let browser;
  let page;
  let made;
  before(async () => {
    server = await Server.start();
    browser = await launch();
    const first = await newPage(browser);
    await login(first, server);
    made = await seed(first, 1);
    await api(first, 'POST', '/administrators', { email: 'eve@example.com', role: 'auditor' });
    page = await newPage(browser);
    await login(page, server, { role: 'auditor', email: 'iris@example.com' });
  });
  after(async () => {
    quiet(page);
    await browser.close();
    await server.stop();
  });

  const paths = () => ({
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

  test('sees every page, and no button that changes anything', async () => {
    const role = page.getByRole('group', { name: 'Environment and role' });
    await seen(role.getByText('auditor'));
    for (const [path, title] of Object.entries(paths())) {
      await go(page, path, title);
      for (const name of CHANGING) {
        assert.equal(await page.getByRole('button', { name }).count(), 0, `${path} ${name}`);
      }
      await gone(page.getByRole('checkbox'));
    }
  });

  test('is refused by the server as well, and that is recorded', async () => {
    const refused = [
      ['POST', '/clients', { name: 'not_mine' }],
      ['PATCH', `/clients/${made.client.id}`, { is_active: false }],
      ['POST', `/clients/${made.client.id}/api-key`, {}],
      ['POST', '/users', { client_id: made.client.id, identifier: 'not_mine' }],
      ['PATCH', `/users/${made.user.id}`, { is_active: false }],
      ['POST', `/users/${made.user.id}/secret`, {}],
      ['DELETE', `/users/${made.user.id}/tokens`],
      ['DELETE', `/tokens/${made.tokens[0].id}`],
      ['POST', '/tokens/revocations', { ids: [made.tokens[0].id] }],
      ['POST', '/administrators', { email: 'mallory@example.com', role: 'administrator' }],
      ['DELETE', '/administrators/eve%40example.com'],
    ];
    for (const [method, path, body] of refused) {
      const answer = await api(page, method, path, body);
      assert.equal(answer.status, 403, `${method} ${path}`);
      assert.equal(answer.body.code, 'auditor', `${method} ${path}`);
    }
    const token = await api(page, 'GET', `/tokens/${made.tokens[0].id}`);
    assert.equal(token.body.state, 'live');
    const { body } = await api(page, 'GET', '/audit?page_size=100');
    const told = body.items.filter(({ action }) => /refused/.test(action));
    assert.ok(told.length >= refused.length, `${told.length} refusals in the audit trail`);
  });

  test('may export, verify the trail, and end own sessions', async () => {
    await go(page, '/audit', 'Audit trail');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export' }).click(),
    ]);
    assert.equal(await download.failure(), null);
    await button(page, 'Verify').click();
    await seen(page.getByText('the chain of hashes is unbroken'));
    await button(page, 'Close').click();
    await go(page, '/access', 'Access');
    await seen(button(page, 'End'));
    await seen(button(page, 'Log out everywhere'));
  });
});
