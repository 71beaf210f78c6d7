// Sends files by apollo-upload-client to the server at the URL given, whose schema is that of the toy, and prints what is
// not as it should be. Exits with 1 when there is something.
import { ApolloClient, InMemoryCache, gql } from '@apollo/client';
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs';

const uri = process.argv[2];
if (!uri) {
  console.error('usage: node uploads.mjs URL');
  process.exit(2);
}
let failed = 0;
function check(what, good, seen) {
  if (good) return;
  failed++;
  console.error(`${what}: ${JSON.stringify(seen)}`);
}

const mutation = gql`mutation ($files: [Upload!]!) { read(files: $files) }`;
const clientWith = (headers) => new ApolloClient({ cache: new InMemoryCache(), link: new UploadHttpLink({ uri, headers }) });
const client = clientWith({ 'Apollo-Require-Preflight': 'true' });

const files = [new File(['甲'], '格.csv', { type: 'text/csv' }), new File(['{}'], 'b.geojson')];
const sent = await client.mutate({ mutation, variables: { files } });
check('two files', sent.data?.read.join() === '格.csv text/csv: 甲,b.geojson application/octet-stream: {}', sent);

const same = await client.mutate({ mutation, variables: { files: [files[0], files[0]] } });
check('one file at two places', same.data?.read.length === 2, same);

const large = await client.mutate({ mutation, variables: { files: [new File(['12345678901'], 'c')] } }).catch((error) => error);
check('one that is too large', /ten bytes at the most/.test(String(large)), String(large));
const bare = await clientWith({}).mutate({ mutation, variables: { files } }).catch((error) => error);
check('without a header', /add GraphQL-Preflight/.test(String(bare)), String(bare));

if (failed > 0) process.exit(1);
console.log('files were taken and refused as they should be');
