// A real OpenID provider on this machine, with pages of its own to log in at. Whoever names
// themselves ADDRESS is ADDRESS; addresses that begin with "unverified" are not verified.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

export class OpenIdProvider {
  static async start({ redirectUri, inIdToken = true }) {
    const server = createServer((request, response) => handler(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = `http://127.0.0.1:${server.address().port}`;
    const secret = randomBytes(24).toString('base64url');
    const client = { client_id: 'claviger', client_secret: secret, redirect_uris: [redirectUri] };
    const provider = new Provider(issuer, {
      clients: [client],
      claims: { openid: ['sub'], email: ['email', 'email_verified'] },
      conformIdTokenClaims: !inIdToken,
      pkce: { methods: ['S256'], required: () => true },
      cookies: { keys: [randomBytes(16).toString('hex')] },
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({ sub: id, email: id, email_verified: !id.startsWith('unverified') }),
      }),
    });
    const handler = provider.callback();
    return Object.assign(new OpenIdProvider(), { server, issuer, secret });
  }

  /** Goes through the provider's pages. */
  async login(page, address) {
    await page.getByPlaceholder('Enter any login').fill(address);
    await page.getByPlaceholder('and password').fill('anything');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** A port that nobody listens on: the server's own address has to be known before it starts. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
