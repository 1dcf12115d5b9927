// Adds up what the browser loads before the first page shows: the HTML, what it names, and what
// those import at once. Fails above the limit. Compressed as the server has it: gzip -9.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT = 400_000;
const FIRST_LISTS = ['Dashboard', 'ClientList'];
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

const files = new Set(['index.html']);
function take(name) {
  const chunk = manifest[name];
  if (!chunk || files.has(chunk.file)) return;
  files.add(chunk.file);
  (chunk.css ?? []).forEach((file) => files.add(file));
  (chunk.imports ?? []).forEach(take);
}
take('index.html');
FIRST_LISTS.forEach((page) => take(`src/pages/${page}.tsx`));

let total = 0;
for (const file of files) {
  const size = gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
  total += size;
  process.stdout.write(`${String(size).padStart(8)}  ${file}\n`);
}
process.stdout.write(`${String(total).padStart(8)}  of at most ${LIMIT}\n`);
if (total > LIMIT) process.exit(1);
