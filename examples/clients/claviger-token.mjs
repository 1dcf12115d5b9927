// Calls a protected API with a token of Claviger (Node.js 18 or newer). Paste `TokenSource` and
// `call` into your program.
//
// As a program: node claviger-token.mjs URL... calls each in turn and prints what it answers.
import { argv, env, exit } from 'node:process';
import { pathToFileURL } from 'node:url';

const DEADLINE_MS = 10_000;

/** One token for all callers, kept until shortly before it expires. */
export class TokenSource {
  #request;
  #url;
  #renewBefore;
  #token = null; // a promise, so that callers who come meanwhile wait for the same one
  #goodUntil = 0;

  constructor({ server, apiKey, identifier, secret, renewBefore = 30 }) {
    this.#url = new URL('/token', server);
    this.#renewBefore = renewBefore; // seconds
    this.#request = {
      method: 'POST',
      headers: { 'x-api-key': apiKey, 'Content-Type': 'application/json' },
      body: JSON.stringify({ identifier, secret }),
    };
  }

  get() {
    if (this.#token === null || performance.now() >= this.#goodUntil) this.#renew();
    return this.#token;
  }

  /** It was refused: the next `get` issues another, unless somebody else already did. */
  async forget(token) {
    const kept = this.#token;
    if (kept !== null && (await kept) === token && this.#token === kept) this.#token = null;
  }

  #renew() {
    this.#goodUntil = Infinity;
    const renewal = this.#issue();
    renewal.catch(() => {
      if (this.#token === renewal) this.#token = null;
    });
    this.#token = renewal;
  }

  async #issue() {
    const asked = performance.now();
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const answer = await fetch(this.#url, { ...this.#request, signal });
    if (!answer.ok) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
    const issued = await answer.json();
    this.#goodUntil = asked + (issued.expires_in - this.#renewBefore) * 1000;
    return issued.token;
  }
}

/** Like fetch. A token that was revoked is refused with 401: then once more with a new one. */
export async function call(tokens, url, options = {}) {
  for (let attempt = 1; ; attempt += 1) {
    const token = await tokens.get();
    const headers = new Headers(options.headers);
    headers.set('Authorization', `Bearer ${token}`);
    const signal = options.signal ?? AbortSignal.timeout(DEADLINE_MS);
    const answer = await fetch(url, { ...options, headers, signal });
    if (answer.status !== 401 || attempt === 2) return answer;
    await answer.body?.cancel();
    await tokens.forget(token);
  }
}

async function main() {
  const tokens = new TokenSource({
    server: env.CLAVIGER_URL,
    apiKey: env.CLAVIGER_API_KEY,
    identifier: env.CLAVIGER_IDENTIFIER,
    secret: env.CLAVIGER_SECRET,
    renewBefore: Number(env.CLAVIGER_RENEW_BEFORE ?? 30),
  });
  for (const url of argv.slice(2)) {
    const answer = await call(tokens, url);
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    console.log(await answer.text());
  }
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href)
  main().catch((problem) => {
    console.error(problem.message);
    exit(1);
  });
