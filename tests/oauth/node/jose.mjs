import { answer } from './answer.mjs';
import { createRemoteJWKSet, jwtVerify } from 'jose';

await answer(async ({ jwks, issuer, token }) => {
  const keys = createRemoteJWKSet(new URL(jwks));
  const { payload } = await jwtVerify(token, keys, {
    issuer,
    audience: issuer,
    algorithms: ['ES256', 'EdDSA'],
  });
  return payload;
});
