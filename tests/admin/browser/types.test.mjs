import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Server } from './lib/server.mjs';

const script = fileURLToPath(new URL('../../../web/admin/scripts/types.mjs', import.meta.url));

test("the pages' types are those of the server's OpenAPI document", async () => {
  const server = await Server.start();
  try {
    const document = `${server.url}/openapi.json`;
    await promisify(execFile)(process.execPath, [script, document, '--check']);
  } finally {
    await server.stop();
  }
});
