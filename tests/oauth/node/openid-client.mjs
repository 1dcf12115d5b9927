import { answer } from './answer.mjs';
import * as client from 'openid-client';

const METHODS = { basic: client.ClientSecretBasic, body: client.ClientSecretPost };

await answer(async ({ server, id, secret, method, call, token, scope }) => {
  const authentication = METHODS[method](secret);
  const found = await client.discovery(new URL(server), id, undefined, authentication, {
    algorithm: 'oauth2', // the path of RFC 8414, not of OpenID Connect
  });
  switch (call) {
    case 'discover':
      return found.serverMetadata();
    case 'grant':
      return client.clientCredentialsGrant(found, scope ? { scope } : {});
    case 'introspect':
      return client.tokenIntrospection(found, token);
    case 'revoke':
      return client.tokenRevocation(found, token);
    case 'use': {
      const url = new URL('/token', server);
      return (await client.fetchProtectedResource(found, token, url, 'GET')).json();
    }
  }
});
