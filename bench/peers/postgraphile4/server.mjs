// PostGraphile 4 on the tables of the map, with all that costs time turned off.
import { createServer } from 'node:http';
import postgis from '@graphile/postgis';
import { postgraphile } from 'postgraphile';

const handler = postgraphile(process.env.DATABASE_URL, 'xiangtu', {
  appendPlugins: [postgis.default ?? postgis],
  disableQueryLog: true,
  dynamicJson: true,
  enableCors: false,
  graphiql: false,
  watchPg: false,
});
createServer(handler).listen(Number(process.env.PORT), '127.0.0.1');
