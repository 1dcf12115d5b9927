import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { button, dialog, go, gone, heading, launch, login } from './lib/panel.mjs';
import { newPage, onceValue, quiet, seed, seen } from './lib/panel.mjs';
import { Server } from './lib/server.mjs';

const FENCED = /Refused by every node since epoch \d+\./;

describe('changes', () => {
  let server;
  let browser;
  let page;
  before(async () => {
    server = await Server.start();
    browser = await launch();
    page = await newPage(browser);
    await login(page, server);
  });
  after(async () => {
    quiet(page);
    await browser.close();
    await server.stop();
  });

  const showUser = ({ user }) => go(page, `/users/${user.id}/show`, `User ${user.identifier}`);
  const showClient = ({ client }) =>
    go(page, `/clients/${client.id}/show`, `Client ${client.name}`);
  const close = () => button(dialog(page), 'Close').click();

  /** Asks a GET that a token's holder would ask. */
  const check = async (token) => {
    const headers = { Authorization: `Bearer ${token}` };
    return (await fetch(`${server.url}/token`, { headers })).status;
  };

  test('the first steps: new client, new user, token, revoke, without a manual', async () => {
    await go(page, '/', 'Dashboard');
    const steps = page.getByRole('region', { name: 'First steps' });
    await button(steps, 'New client').click();
    await dialog(page).getByLabel('Name').fill('example_company');
    await button(page, 'Create').click();
    assert.match(await onceValue(page, 'API key'), /^sk-client-development-/);
    await button(page, 'I have saved it').click();
    await seen(heading(page, 'Client example_company'));

    await button(page, 'New user').click();
    await dialog(page).getByLabel('Identifier').fill('reporting_service');
    await button(page, 'Create').click();
    assert.match(await onceValue(page, 'Secret'), /^sk-user-development-/);
    await button(page, 'Issue a token with it').click();
    await button(page, 'Issue').click();
    await seen(dialog(page).getByText('To take it back, open it and press Revoke.'));
    const token = await onceValue(page, 'Token');
    assert.equal(await check(token), 200);
    await button(page, 'I have saved it').click();
    await seen(heading(page, /^Token eyJ/).or(heading(page, 'User reporting_service')));
    await seen(page.getByText('ada@example.com').last());

    await go(page, '/tokens', 'Tokens');
    await page.getByRole('link', { name: /^eyJ/ }).click();
    await seen(heading(page, /^Token eyJ/));
    await button(page, 'Revoke').click();
    await button(dialog(page), 'Revoke').click();
    await seen(dialog(page).getByText(FENCED));
    assert.equal(await check(token), 401);
    await close();
    await seen(page.getByText('revoked', { exact: true }));
    await gone(button(page, 'Revoke'));
  });

  test('what the server does not accept is told at the field', async () => {
    await go(page, '/clients', 'Clients');
    await button(page, 'New client').click();
    await button(page, 'Create').click();
    await seen(dialog(page).getByRole('alert'));
    assert.equal(await dialog(page).getByLabel('Name').getAttribute('aria-invalid'), 'true');
    await button(page, 'Cancel').click();
    await gone(dialog(page));
  });

  test('an identifier that the client has already is refused in words', async () => {
    const made = await seed(page, 0);
    await showClient(made);
    await button(page, 'New user').click();
    await dialog(page).getByLabel('Identifier').fill(made.user.identifier);
    await button(page, 'Create').click();
    await seen(dialog(page).getByRole('alert'));
    await button(page, 'Cancel').click();
  });

  test('a user is made under a client that is chosen by name, with scopes', async () => {
    const { client } = await seed(page, 0);
    await go(page, '/users', 'Users');
    await button(page, 'New user').click();
    const form = dialog(page);
    await form.getByRole('combobox', { name: 'Client' }).fill(client.name);
    await page.getByRole('option', { name: client.name, exact: true }).click();
    await form.getByLabel('Identifier').fill('scoped');
    await form.getByLabel('Scopes').fill('read:all write:reports');
    await button(form, 'Create').click();
    await onceValue(page, 'Secret');
    await button(page, 'I have saved it').click();
    await seen(heading(page, 'User scoped'));
    await seen(page.getByText('read:all, write:reports'));
    await page.getByRole('link', { name: client.name }).click();
    await seen(heading(page, `Client ${client.name}`));
    await seen(page.getByRole('link', { name: 'scoped' }));
  });

  test('a token is issued by identifier and secret; a wrong secret is refused', async () => {
    const { client, user } = await seed(page, 0);
    await go(page, '/tokens', 'Tokens');
    await button(page, 'New token').click();
    const form = dialog(page);
    await form.getByRole('combobox', { name: 'Client' }).fill(client.name);
    await page.getByRole('option', { name: client.name, exact: true }).click();
    await form.getByLabel('Identifier').fill(user.identifier);
    await form.getByLabel('Secret').fill(`${user.secret.slice(0, -1)}_`);
    await button(form, 'Issue').click();
    await seen(form.getByRole('alert'));
    await form.getByLabel('Secret').fill(user.secret);
    await form.getByRole('combobox', { name: 'Valid for' }).click();
    await page.getByRole('option', { name: '1 hour' }).click();
    await button(form, 'Issue').click();
    assert.equal(await check(await onceValue(page, 'Token')), 200);
    await button(page, 'I have saved it').click();
    await seen(page.getByText('in 59 minutes'));
  });

  test('a secret is rotated with a grace period, and with its tokens revoked', async () => {
    const made = await seed(page, 1);
    await showUser(made);
    await button(page, 'Rotate secret').click();
    await dialog(page).getByRole('combobox', { name: 'Grace period' }).click();
    await page.getByRole('option', { name: '1 hour' }).click();
    await button(page, 'Rotate').click();
    await seen(dialog(page).getByText('The old one works until'));
    assert.match(await onceValue(page, 'New secret'), /^sk-user-/);
    await button(page, 'I have saved it').click();
    await seen(page.getByText('works until'));
    assert.equal(await check(made.tokens[0].token), 200);

    await button(page, 'Rotate secret').click();
    await dialog(page).getByLabel('Also revoke all tokens issued so far').check();
    await button(page, 'Rotate').click();
    await seen(dialog(page).getByText(FENCED));
    assert.equal(await check(made.tokens[0].token), 401);
    await button(page, 'I have saved it').click();
  });

  test('an API key is rotated without grace: the old one is refused', async () => {
    const made = await seed(page, 0);
    await showClient(made);
    await button(page, 'Rotate API key').click();
    await dialog(page).getByRole('combobox', { name: 'Grace period' }).click();
    await page.getByRole('option', { name: /^None/ }).click();
    await button(page, 'Rotate').click();
    await seen(dialog(page).getByText('The old one is refused.'));
    const users = (key) => fetch(`${server.url}/users`, { headers: { 'x-api-key': key } });
    assert.equal((await users(await onceValue(page, 'New API key'))).status, 200);
    assert.equal((await users(made.client.api_key)).status, 401);
    await button(page, 'I have saved it').click();
  });

  test('scopes are changed', async () => {
    await showUser(await seed(page, 0));
    await button(page, 'Change scopes').click();
    await dialog(page).getByLabel('Scopes').fill('read:some');
    await button(page, 'Save').click();
    await seen(dialog(page).getByText('Scopes now: read:some.'));
    await close();
    await seen(page.getByRole('definition').getByText('read:some'));
  });

  for (const kind of ['user', 'client']) {
    test(`a ${kind} is deactivated and activated; its tokens stay refused`, async () => {
      const made = await seed(page, 1);
      await (kind === 'user' ? showUser(made) : showClient(made));
      await button(page, 'Deactivate').click();
      await seen(dialog(page).getByText('Activating it again brings none of them back.'));
      await button(dialog(page), 'Deactivate').click();
      await seen(dialog(page).getByText(FENCED));
      await close();
      await seen(page.getByText('inactive', { exact: true }));
      await gone(button(page, kind === 'user' ? 'New token' : 'New user'));

      await button(page, 'Activate').click();
      await button(dialog(page), 'Activate').click();
      await seen(dialog(page).getByText('is active.'));
      await close();
      await seen(button(page, 'Deactivate'));
      assert.equal(await check(made.tokens[0].token), 401);
    });
  }

  test("all of a user's tokens are revoked", async () => {
    const made = await seed(page, 3);
    await showUser(made);
    await button(page, 'Revoke all tokens').click();
    await button(dialog(page), 'Revoke all').click();
    await seen(dialog(page).getByText('3 tokens revoked.'));
    await seen(dialog(page).getByText(FENCED));
    await close();
    for (const { token } of made.tokens) assert.equal(await check(token), 401);
  });

  test('selected tokens are revoked, a hundred at a time, with progress', async () => {
    const made = await seed(page, 130);
    await showUser(made);
    await page.getByLabel('Select all live tokens of this page').check();
    await button(page, 'Select all, at most 1,000').click();
    await seen(page.getByText('130 selected'));
    let held;
    const second = new Promise((resolve) => (held = resolve));
    let calls = 0;
    await page.route('**/admin/api/tokens/revocations', async (route) => {
      calls += 1;
      if (calls === 2) await second;
      await route.continue();
    });
    await button(page, 'Revoke').click();
    await seen(dialog(page).getByText('Revoke 130 tokens?'));
    await button(dialog(page), 'Revoke').click();
    await seen(dialog(page).getByText('100 of 130'));
    held();
    await seen(dialog(page).getByText('130 tokens revoked.'));
    await seen(dialog(page).getByText(FENCED));
    assert.equal(calls, 2);
    await close();
    for (const { token } of made.tokens.slice(0, 3)) assert.equal(await check(token), 401);
  });

  test('a fence that is not complete is told as it is', async () => {
    await showUser(await seed(page, 1));
    const detail = 'It is in force by 2026-01-01T00:00:05Z.';
    await page.route('**/admin/api/users/*/tokens', (route) =>
      route.fulfill({
        status: 503,
        headers: { 'Retry-After': '5', 'Content-Type': 'application/problem+json' },
        body: JSON.stringify({ status: 503, code: 'fence_incomplete', detail }),
      }),
    );
    await button(page, 'Revoke all tokens').click();
    await button(dialog(page), 'Revoke all').click();
    await seen(dialog(page).getByText('This is stored, but not every node has confirmed it yet.'));
    await seen(dialog(page).getByText(detail));
    await button(page, 'Cancel').click();
  });
});
