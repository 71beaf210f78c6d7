import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export const program = fileURLToPath(new URL('../../bin/xiangtu', import.meta.url));

/**
 * Runs `use` with the address of a server, and the flags by which commands find its map: the one in BASE_URL, whose
 * flags are in DATABASE, else bin/xiangtu, started with the demonstration map in
 * an empty directory and stopped again.
 */
export async function withServer(use) {
  if (process.env.BASE_URL) return use(process.env.BASE_URL.replace(/\/+$/, ''), (process.env.DATABASE ?? '').split(' ').filter(Boolean));
  if (!existsSync(program)) throw new Error(`there is no ${program}: run make build, or set BASE_URL`);
  const folder = mkdtempSync(path.join(tmpdir(), 'xiangtu-web-test-'));
  chmodSync(folder, 0o755); // the cluster runs as an unprivileged user when this is root
  const address = `127.0.0.1:${await freePort()}`;
  const environment = { ...process.env, DATABASE_URL: '' };
  const server = spawn(program, ['serve', '--data', path.join(folder, 'data'), '--listen', address], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stopped = once(server, 'exit');
  let log = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => { log += text; });
  try {
    await ready(`http://${address}`, server, () => log);
    await use(`http://${address}`, ['--data', path.join(folder, 'data')]);
  } finally {
    server.kill('SIGTERM');
    await stopped;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A new key of a role to the map that the flags of `withServer` find. */
export async function keyOf(role, database) {
  const { stdout } = await promisify(execFile)(program, ['key', 'create', 'tests', '--role', role, ...database]);
  return stdout.trim();
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

async function ready(base, server, log) {
  for (let tries = 0; tries < 600 && server.exitCode === null; tries++) {
    const response = await fetch(`${base}/health/ready`).catch(() => null);
    if (response?.ok) return;
    await sleep(100);
  }
  throw new Error(`the server did not become ready:\n${log()}`);
}
