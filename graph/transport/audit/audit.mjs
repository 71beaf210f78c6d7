// Runs every audit of graphql-http against the server at the URL given, and
// prints those that do not pass. Exits with 1 when there is one.
import { serverAudits } from 'graphql-http';

const url = process.argv[2];
if (!url) {
  console.error('usage: node audit.mjs URL');
  process.exit(2);
}

const audits = serverAudits({ url, fetchFn: fetch });
let failed = 0;
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status === 'ok') continue;
  failed++;
  console.error(`${audit.id} ${audit.name}: ${result.reason}`);
}
console.log(`${audits.length - failed} of ${audits.length} audits pass`);
process.exit(failed ? 1 : 0);
