// Runs all tests, two files at a time; with JUNIT=FILE also writes what came out there, in the form
// that ./test counts. (Node 18 has no such reporter.)
import { createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { run } from 'node:test';
import { spec as Spec } from 'node:test/reporters';

const folder = new URL('.', import.meta.url);
const files = (await readdir(folder))
  .filter((name) => name.endsWith('.test.mjs'))
  .map((name) => new URL(name, folder).pathname);

const escaped = (text) =>
  String(text)
    .replace(/[^\t\n\x20-\x7e]/g, '?')
    .replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

async function* junit(events) {
  yield '<testsuites>\n';
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details?.type === 'suite' && type === 'test:pass') continue;
    const where = escaped(`panel.${basename(data.file ?? data.name, '.mjs')}`);
    const failure = type === 'test:fail' ? `<failure>${escaped(data.details.error)}</failure>` : '';
    yield `<testcase classname="${where}" name="${escaped(data.name)}">${failure}</testcase>\n`;
  }
  yield '</testsuites>\n';
}

const events = run({ files, concurrency: 2 });
events.on('test:fail', () => (process.exitCode = 1));
if (process.env.JUNIT) events.compose(junit).pipe(createWriteStream(process.env.JUNIT));
events.compose(new Spec()).pipe(process.stdout);
