import { answer } from './answer.mjs';
import * as oauth from 'oauth4webapi';

await answer(async ({ jwks, issuer, token }) => {
  // Not the metadata's own issuer, which is an address: what the tokens say.
  const claviger = { issuer, jwks_uri: jwks };
  const request = new Request('https://api.example.com/', {
    headers: { Authorization: `Bearer ${token}` },
  });
  return oauth.validateJwtAccessToken(claviger, request, issuer);
});
