// Generates src/api/schema.ts from an OpenAPI document: a file, or a running server's address.
//   npm run types -- http://127.0.0.1:8003/openapi.json
import { writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const source = process.argv[2] ?? 'http://127.0.0.1:8003/openapi.json';
const url = /^https?:/.test(source) ? new URL(source) : new URL(source, `file://${process.cwd()}/`);
const head = '// Generated from the OpenAPI document by "npm run types"; do not edit.\n';
const text = astToString(await openapiTS(url));
writeFileSync(new URL('../src/api/schema.ts', import.meta.url), head + text);
