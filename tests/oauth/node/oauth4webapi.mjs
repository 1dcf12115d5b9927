import { answer } from './answer.mjs';
import * as oauth from 'oauth4webapi';

const METHODS = { basic: oauth.ClientSecretBasic, body: oauth.ClientSecretPost };

await answer(async ({ server, id, secret, method, call, token, scope }) => {
  const issuer = new URL(server);
  const metadata = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2' });
  const found = await oauth.processDiscoveryResponse(issuer, metadata);
  const client = { client_id: id };
  const authentication = METHODS[method](secret);
  switch (call) {
    case 'discover':
      return found;
    case 'grant': {
      const fields = scope ? { scope } : {};
      const got = await oauth.clientCredentialsGrantRequest(found, client, authentication, fields);
      return oauth.processClientCredentialsResponse(found, client, got);
    }
    case 'introspect': {
      const got = await oauth.introspectionRequest(found, client, authentication, token);
      return oauth.processIntrospectionResponse(found, client, got);
    }
    case 'revoke': {
      const got = await oauth.revocationRequest(found, client, authentication, token);
      return oauth.processRevocationResponse(got);
    }
    case 'use': {
      const url = new URL('/token', server);
      return (await oauth.protectedResourceRequest(token, 'GET', url)).json();
    }
  }
});
