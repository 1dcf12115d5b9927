import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { api, button, heading, launch, newPage, quiet, seen } from './lib/panel.mjs';
import { OpenIdProvider, freePort } from './lib/provider.mjs';
import { Server } from './lib/server.mjs';

for (const inIdToken of [true, false]) {
  describe(`logging in by OpenID Connect, addresses in ${inIdToken ? 'ID tokens' : 'UserInfo'}`, () => {
    let server;
    let provider;
    let browser;
    before(async () => {
      const url = `http://127.0.0.1:${await freePort()}`;
      const redirectUri = `${url}/admin/login/callback`;
      provider = await OpenIdProvider.start({ redirectUri, inIdToken });
      server = await Server.start({
        CLAVIGER_LISTEN: url.slice('http://'.length),
        CLAVIGER_PUBLIC_URL: url,
        CLAVIGER_OPENID_ISSUER: provider.issuer,
        CLAVIGER_OPENID_CLIENT_ID: 'claviger',
        CLAVIGER_OPENID_CLIENT_SECRET: provider.secret,
        CLAVIGER_ADMIN_EMAILS: 'ada@example.com,unverified@example.com',
      });
      browser = await launch();
    });
    after(async () => {
      await browser.close();
      await server.stop();
      await provider.stop();
    });

    /** A page at the provider's, which loads nothing from elsewhere; callbacks are kept. */
    const leave = async () => {
      const page = await newPage(browser);
      page.callbacks = [];
      page.on('request', (request) => {
        if (request.url().includes('/admin/login/callback')) page.callbacks.push(request.url());
      });
      await page.route(
        (url) => url.hostname !== '127.0.0.1',
        (route) => route.abort(),
      );
      await page.goto(`${server.url}/admin/`);
      await page.getByRole('link', { name: /Log in with/ }).click();
      return page;
    };

    test('ADM-1: an address on the list gets in', async () => {
      const page = await leave();
      await provider.login(page, 'Ada@Example.com');
      await seen(heading(page, 'Dashboard'));
      const { body } = await api(page, 'GET', '/session');
      assert.equal(body.email, 'ada@example.com');
      assert.equal(body.role, 'administrator');
      const cookies = await page.context().cookies();
      assert.ok(!cookies.some(({ name }) => name === 'claviger-login'));
      quiet(page);
    });

    test('ADM-1: an address that an administrator added gets in by its role', async () => {
      await server.command('admin', 'allow', 'grace@example.com', '--role', 'auditor');
      const page = await leave();
      await provider.login(page, 'grace@example.com');
      await seen(heading(page, 'Dashboard'));
      assert.equal((await api(page, 'GET', '/session')).body.role, 'auditor');
      await server.command('admin', 'remove', 'grace@example.com');
      await page.evaluate(() => (window.location.hash = '#/clients'));
      await seen(heading(page, 'Log in to Claviger'));
    });

    test('ADM-1: an address that is not on the list is refused, and audited', async () => {
      const page = await leave();
      await provider.login(page, 'mallory@example.com');
      await seen(page.getByText('not on the list of administrators'));
      const trail = await server.command('audit', 'export');
      const refused = trail.split('\n').filter((line) => line.includes('admin_login_refused'));
      assert.match(refused.at(-1), /mallory@example\.com is not on the list/);
    });

    test('ADM-1: an address that is not verified is refused, though it is on the list', async () => {
      const page = await leave();
      await provider.login(page, 'unverified@example.com');
      await seen(page.getByText('has not verified this e-mail address'));
      const trail = await server.command('audit', 'export');
      assert.match(trail, /unverified@example\.com is not verified/);
    });

    test('ADM-1: state and code work once, and in their own browser', async () => {
      const page = await leave();
      await provider.login(page, 'ada@example.com');
      await seen(heading(page, 'Dashboard'));
      const [callback] = page.callbacks;
      await page.context().clearCookies({ name: 'claviger' });
      await page.goto(callback);
      await seen(page.getByText('took too long'));

      const other = await newPage(browser);
      await other.goto(callback);
      await seen(other.getByText('took too long'));
      assert.equal((await api(other, 'GET', '/session')).status, 401);
    });

    test('ADM-1: a code comes to nothing a second time, even with the state', async () => {
      const page = await leave();
      const kept = await page.context().cookies(`${server.url}/admin/login/callback`);
      const login = kept.filter(({ name }) => name === 'claviger-login');
      assert.equal(login.length, 1);
      assert.equal(login[0].httpOnly, true);
      assert.equal(login[0].sameSite, 'Lax');
      await provider.login(page, 'ada@example.com');
      await seen(heading(page, 'Dashboard'));
      const other = await newPage(browser);
      await other.context().addCookies(login);
      await other.goto(page.callbacks[0]);
      await seen(other.getByText('did not work'));
    });

    test('who breaks off at the provider is told so', async () => {
      const page = await leave();
      await page.getByRole('link', { name: 'Cancel' }).click();
      await seen(page.getByText('did not work'));
      await seen(button(page, 'Log in').or(page.getByRole('link', { name: /Log in with/ })));
    });
  });
}
