// Imports the grids of a file by apollo-upload-client at the first URL given, and follows it there by graphql-ws and at
// the second URL by graphql-sse, with the credential given. Exits with 1 when something is not as it should be.
import { readFile } from 'node:fs/promises';
import { ApolloClient, InMemoryCache, gql } from '@apollo/client';
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs';
import { createClient as createSocketClient } from 'graphql-ws';
import { createClient as createEventClient } from 'graphql-sse';
import WebSocket from 'ws';

const [uri, other, authorization, name] = process.argv.slice(2);
let failed = 0;
function check(what, good, seen) {
  if (good) return;
  failed++;
  console.error(`${what}: ${JSON.stringify(seen)}`);
}

const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: new UploadHttpLink({ uri, headers: { authorization, 'Apollo-Require-Preflight': 'true' } }),
});
const text = await readFile(name, 'utf8');
const count = text.split('\n').length - 1; // a feature a line
const file = new File([text], '网格.ndjson');
const mutation = gql`mutation ($file: Upload!, $settings: ImportInput) {
  importFeatures(layer: GRIDS, file: $file, settings: $settings) { id state file size report { read } }
}`;
const start = async (settings) => (await client.mutate({ mutation, variables: { file, settings } })).data.importFeatures;

const clients = {
  'graphql-ws': createSocketClient({ url: uri.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { authorization } }),
  'graphql-sse, on another instance': createEventClient({ url: other, retryAttempts: 0, headers: { authorization } }),
};
async function follow(client, id) {
  const seen = [];
  const query = 'subscription ($id: ID!) { importProgress(id: $id) { state phase features bytesRead size error { message } report { read inserted updated refused written } } }';
  for await (const result of client.iterate({ query, variables: { id } })) seen.push(result.data?.importProgress ?? result);
  return seen;
}

const job = await start(null);
check('the job', ['QUEUED', 'RUNNING'].includes(job.state) && job.file === '网格.ndjson' && job.size === file.size && job.report === null, job);
for (const [who, seen] of await Promise.all(Object.entries(clients).map(async ([who, client]) => [who, await follow(client, job.id)]))) {
  const last = seen.at(-1);
  check(`${who}: the end`, last?.state === 'DONE' && last.report.read === count && last.report.written && last.report.inserted + last.report.updated === count, last);
  check(`${who}: on the way`, seen.filter(({ state }) => state === 'RUNNING').length >= 2 && new Set(seen.map(({ phase }) => phase)).size >= 2, seen);
  check(`${who}: forwards`, seen.every(({ bytesRead }, i) => i === 0 || bytesRead >= seen[i - 1].bytesRead), seen);
  console.log(`${who}: ${seen.length} events: ${seen.map(({ state, phase, features }) => `${state} ${phase ?? ''} ${features}`).join(', ')}`);
}

// The last waits for the others, which are of the same layer: for so long that it is cancelled in time on a busy machine, too.
const [first] = await Promise.all(Array.from({ length: 5 }, () => start({ dryRun: true })));
const second = await start({ dryRun: true });
const { data } = await client.mutate({ mutation: gql`mutation ($id: ID!) { cancelImport(id: $id) { id } }`, variables: { id: second.id } });
check('the cancelled', data.cancelImport.id === second.id, data);
const end = (await follow(clients['graphql-ws'], second.id)).at(-1);
check('its end', end.state === 'CANCELLED' && /cancelled/.test(end.error.message), end);
check('the other stays as it was', (await follow(clients['graphql-ws'], first.id)).at(-1).state === 'DONE', first);
await clients['graphql-ws'].dispose();
process.exit(failed > 0 ? 1 : 0);
