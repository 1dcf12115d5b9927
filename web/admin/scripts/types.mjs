// Generates src/api/schema.ts, the shapes of the panel, from an OpenAPI document: a file, or a
// running server's address.
//   npm run types -- http://127.0.0.1:8003/openapi.json
// With --check behind it, only says whether they are what is there.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const source = process.argv[2] ?? 'http://127.0.0.1:8003/openapi.json';
const text = /^https?:/.test(source)
  ? await (await fetch(source)).text()
  : await readFile(source, 'utf8');
const { openapi, info, components } = JSON.parse(text);

/** The schemas whose names begin with Admin, and what they refer to. */
const schemas = {};
function take(name) {
  if (schemas[name]) return;
  schemas[name] = components.schemas[name];
  for (const [, other] of JSON.stringify(schemas[name]).matchAll(
    /#\/components\/schemas\/(\w+)/g,
  )) {
    take(other);
  }
}
Object.keys(components.schemas)
  .filter((name) => name.startsWith('Admin'))
  .forEach(take);
for (const schema of Object.values(schemas)) delete schema.example;

const ast = await openapiTS({ openapi, info, paths: {}, components: { schemas } });
const head = '// Generated from the OpenAPI document by "npm run types"; do not edit.\n';
const file = new URL('../src/api/schema.ts', import.meta.url);
const types = head + astToString(ast);
if (process.argv[3] !== '--check') await writeFile(file, types);
else if ((await readFile(file, 'utf8')) !== types) {
  throw new Error('src/api/schema.ts is out of date: npm run types');
}
