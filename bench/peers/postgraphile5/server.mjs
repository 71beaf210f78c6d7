// PostGraphile 5 on the tables of the map. Of graphile-postgis only the plugins that read geometry columns are used:
// its preset asks for a package that the registry does not have.
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const require = createRequire(import.meta.url);
const plugin = (file, name) => require(`graphile-postgis/plugins/${file}`)[name];

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [
    plugin('codec', 'PostgisCodecPlugin'),
    plugin('inflection', 'PostgisInflectionPlugin'),
    plugin('detect-extension', 'PostgisExtensionDetectionPlugin'),
    plugin('register-types', 'PostgisRegisterTypesPlugin'),
    plugin('geometry-fields', 'PostgisGeometryFieldsPlugin'),
  ],
  pgServices: [makePgService({ connectionString: process.env.DATABASE_URL, schemas: ['xiangtu', 'public'] })],
  grafserv: { port: Number(process.env.PORT), graphiql: false, watch: false },
  grafast: { explain: false },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.env.PORT), '127.0.0.1');
