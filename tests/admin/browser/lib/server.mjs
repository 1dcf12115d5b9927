// The real binary, with a database of its own that goes with it.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

const binary = () => {
  if (!process.env.CLAVIGER_BINARY) throw new Error('CLAVIGER_BINARY is not set');
  return process.env.CLAVIGER_BINARY;
};

export class Server {
  static async start(settings = {}) {
    const folder = await mkdtemp(join(process.env.TEST_TMPDIR ?? tmpdir(), 'claviger-browser-'));
    const env = {
      PATH: process.env.PATH,
      JWT_SECRET_KEY: randomBytes(32).toString('hex'),
      CLAVIGER_DATABASE_URL: `sqlite:${join(folder, 'claviger.db')}`,
      CLAVIGER_LISTEN: '127.0.0.1:0',
      ...settings,
    };
    const child = spawn(binary(), ['serve'], {
      env,
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = new Server(child, env, folder);
    server.url = await server.ready();
    return server;
  }

  constructor(child, env, folder) {
    Object.assign(this, { child, env, folder, log: '' });
    child.stderr.on('data', (text) => (this.log += text));
    this.exit = once(child, 'exit');
  }

  async ready() {
    for await (const line of createInterface({ input: this.child.stdout })) {
      const url = /^ready (https?:\/\/\S+?)\/?$/.exec(line)?.[1];
      if (url) return url;
    }
    throw new Error(`the server ended before it was ready: ${this.log}`);
  }

  /** Runs a command on the server's database; answers its standard output. */
  async command(...words) {
    const { stdout } = await run(binary(), words, { env: this.env, cwd: this.folder });
    return stdout;
  }

  /** A fresh one-time link. */
  async loginLink({ role = 'administrator', email = 'ada@example.com' } = {}) {
    const text = await this.command('admin', 'login-link', '--email', email, '--role', role);
    const code = /#\/login\/link\/(\S+)/.exec(text)?.[1];
    if (!code) throw new Error('no link in the output');
    return `${this.url}/admin/#/login/link/${code}`;
  }

  async stop() {
    this.child.kill('SIGTERM');
    const [code] = await this.exit;
    await rm(this.folder, { recursive: true });
    if (code !== 0) throw new Error(`the server ended with ${code}: ${this.log}`);
  }
}
