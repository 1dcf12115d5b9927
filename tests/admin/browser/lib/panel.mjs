// Chromium, and the panel as a person has it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const Axe = AxeBuilder.default ?? AxeBuilder;

export const CHROMIUM = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // Chromium refuses its sandbox to root, who runs the tests in containers.
  args: process.getuid() === 0 ? ['--no-sandbox'] : [],
};

export const launch = () => chromium.launch(CHROMIUM);

/** A page of a new context; what it complains about is kept and must be asked for. */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  return watched(await context.newPage());
}

export function watched(page) {
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    if (/Content Security Policy/i.test(text)) page.complaints.push(text);
  });
  return page;
}

export const heading = (page, name) => page.getByRole('heading', { level: 1, name });
export const button = (page, name) => page.getByRole('button', { name, exact: true });
export const dialog = (page) => page.getByRole('dialog');
export const seen = (locator) => locator.first().waitFor();
export const gone = (locator) => locator.first().waitFor({ state: 'detached' });

export async function login(page, server, who) {
  await page.goto(await server.loginLink(who));
  await button(page, 'Log in').click();
  await seen(heading(page, 'Dashboard'));
}

/** Goes to a page of the panel and waits until it shows. */
export async function go(page, path, title) {
  await page.evaluate((to) => (window.location.hash = to), `#${path}`);
  await seen(heading(page, title));
  await gone(page.getByRole('progressbar'));
}

/**
 * What the page's export saves. A file was once read that did not have all of it yet, so it is read
 * until its last line is whole.
 */
export async function exported(page) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export' }).click(),
  ]);
  assert.equal(await download.failure(), null);
  let text = '';
  for (let i = 0; i < 500 && !text.endsWith('\n'); i++) {
    await setTimeout(i === 0 ? 0 : 10);
    text = await readFile(await download.path(), 'utf8');
  }
  assert.ok(text.endsWith('\n'), `an export that ends with ${JSON.stringify(text.slice(-80))}`);
  return text;
}

/** The panel's API as the page's session, for what a test needs beforehand. */
export async function api(page, method, path, body) {
  const answer = await page.evaluate(
    async ([verb, to, content]) => {
      const session = await (await fetch('/admin/api/session')).json();
      const response = await fetch(`/admin/api${to}`, {
        method: verb,
        headers: { 'X-CSRF-Token': session.csrf_token, 'Content-Type': 'application/json' },
        body: content && JSON.stringify(content),
      });
      return { status: response.status, body: await response.json() };
    },
    [method, path, body],
  );
  return answer;
}

export async function make(page, path, body) {
  const answer = await api(page, 'POST', path, body);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}

let number = 0;

/** A client with a user of its own, and so many tokens. */
export async function seed(page, tokens = 1) {
  number += 1;
  const client = await make(page, '/clients', { name: `company_${number}` });
  const identifier = `service_${number}`;
  const user = await make(page, '/users', { client_id: client.id, identifier });
  const login = { client_id: client.id, identifier, secret: user.secret };
  const issued = [];
  for (let n = 0; n < tokens; n += 1) issued.push(await make(page, '/tokens', login));
  return { client, user, tokens: issued };
}

/** What fades in has come: its contrast is what it will be. */
const settled = (page) =>
  page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    const ending = document
      .getAnimations()
      .filter((one) => one.effect?.getTiming().iterations !== Infinity);
    await Promise.all(ending.map((one) => one.finished.catch(() => undefined)));
  });

/** Fails on whatever axe calls serious or critical. */
export async function accessible(page, what) {
  await settled(page);
  const { violations } = await new Axe({ page }).analyze();
  const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  const words = grave.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
  assert.deepEqual(words, [], what);
}

export function quiet(page) {
  assert.deepEqual(page.complaints, []);
}

/** The once-only value that the dialog shows. */
export async function onceValue(page, label) {
  const value = await dialog(page).getByLabel(label, { exact: true }).inputValue();
  assert.ok(value.length > 20);
  return value;
}
