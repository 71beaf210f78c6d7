// Runs operations over graphql-ws and graphql-sse against the server at the URL given, whose schema is that of the toy,
// and prints what is not as it should be. Exits with 1 when there is something.
import { createClient as createSocketClient } from 'graphql-ws';
import { createClient as createEventClient } from 'graphql-sse';
import WebSocket from 'ws';

const url = process.argv[2];
if (!url) {
  console.error('usage: node streams.mjs URL');
  process.exit(2);
}

let checked = 0, failed = 0;
function check(what, good, seen) {
  checked++;
  if (good) return;
  failed++;
  console.error(`${what}: ${JSON.stringify(seen)}`);
}

/** Gives the results of an operation, of a subscription the first few. */
async function results(client, operation, most = 1) {
  const all = [];
  for await (const result of client.iterate(operation)) {
    all.push(result);
    if (all.length >= most) break;
  }
  return all;
}

/** Gives what an operation is refused with: graphql-ws throws it, graphql-sse hands it on as a result. */
async function refusal(client, operation) {
  try {
    return (await results(client, operation))[0]?.errors;
  } catch (errors) {
    return errors;
  }
}

const clients = {
  'graphql-ws': createSocketClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 }),
  'graphql-sse': createEventClient({ url, retryAttempts: 0 }),
};
for (const [name, client] of Object.entries(clients)) {
  const [echo] = await results(client, { query: 'query Say($text: String!) { echo(text: $text) }', variables: { text: '网格' } });
  check(`${name}: a query with a variable`, echo?.data?.echo === '网格', echo);
  const [partial] = await results(client, { query: '{ echo(text: "a") refuse }' });
  check(`${name}: data beside an error`, partial?.data?.echo === 'a' && partial.errors[0].extensions.code === 'NOT_THAT_ONE', partial);
  const [added] = await results(client, { query: 'mutation { add(amount: 1) }' });
  check(`${name}: a mutation`, added?.data?.add > 0, added);
  const ticks = await results(client, { query: 'subscription { tick }' }, 2);
  check(`${name}: a subscription`, ticks.map((tick) => tick.data.tick).join() === '0,1', ticks);
  for (const [query, code] of [['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'], ['{ echo', 'GRAPHQL_PARSE_FAILED'], ['{ failHard }', 'INTERNAL_SERVER_ERROR']]) {
    const errors = await refusal(client, { query });
    check(`${name}: ${query} is refused`, errors?.[0]?.extensions?.code === code, errors);
  }
  const many = await Promise.all(Array.from({ length: 50 }, (_, i) => results(client, { query: `{ echo(text: "${i}") }` })));
  check(`${name}: fifty side by side`, many.every(([result], i) => result.data.echo === String(i)), many);
}
await clients['graphql-ws'].dispose();
clients['graphql-sse'].dispose();
console.log(`${checked - failed} of ${checked} checks pass`);
process.exit(failed ? 1 : 0);
