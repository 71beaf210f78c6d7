// The snippets of the documentation that need nothing but a server and a shell, run as they stand against BASE_URL or a
// server of its own.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { check, finish, scenario } from './report.mjs';
import { keyOf, withServer } from './server.mjs';

const written = 'http://127.0.0.1:8080';
const folder = new URL('../docs/', import.meta.url);

/** Every snippet of the documentation: the file it is in, its language and its text. */
const snippets = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  .flatMap((file) => [...readFileSync(new URL(file, folder), 'utf8').matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, language, text]) => ({ file, language, text })));

/** What the payloads of a mutation say to be wrong. */
const refusals = (data) => Object.values(data ?? {}).flatMap((payload) => payload?.errors ?? []);

/** What a stream of events says in its first half second. */
async function begun(response) {
  const text = [];
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  setTimeout(() => void reader.cancel(), 500);
  for (let part = await reader.read(); !part.done; part = await reader.read()) text.push(decoder.decode(part.value));
  return text.join('');
}

async function queries(base, key) {
  for (const { file, text } of snippets.filter(({ language }) => language === 'graphql')) {
    const subscription = /^subscription\b/m.test(text);
    const response = await fetch(`${base}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: subscription ? 'text/event-stream' : 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query: text }),
    });
    if (subscription) {
      const answered = await begun(response);
      check(response.ok && !answered.includes('errors'), `${file}: ${text.split('\n')[0]}`, answered);
      continue;
    }
    const { data, errors = refusals(data) } = await response.json();
    check(response.ok && errors.length === 0, `${file}: ${text.split('\n')[0]}`, JSON.stringify(errors));
  }
}

async function commands(base, key) {
  const place = mkdtempSync(path.join(tmpdir(), 'xiangtu-snippets-'));
  writeFileSync(path.join(place, '.curlrc'), 'fail\nsilent\nshow-error\n');
  const options = { cwd: place, maxBuffer: 2 ** 26, env: { ...process.env, CURL_HOME: place, KEY: key } };
  for (const { file, text } of snippets.filter(({ language, text }) => language === 'sh' && /^\s*(curl|ogr)/m.test(text))) {
    const run = promisify(execFile)('bash', ['-euo', 'pipefail', '-c', text.replaceAll(written, base)], options);
    const failure = await run.then(() => '', (error) => error.stderr || error.message);
    check(failure === '', `${file}: ${text.split('\n')[0]}`, failure);
  }
  rmSync(place, { recursive: true });
}

try {
  await withServer(async (base, database) => {
    const key = await keyOf('admin', database);
    await scenario('queries of the documentation', () => queries(base, key));
    await scenario('commands of the documentation', () => commands(base, key));
  });
} catch (error) {
  check(false, 'the test ran to its end', error.stack ?? error);
}
finish();
