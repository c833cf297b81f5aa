/** PostGraphile: the schema is made of the tables; what the product hides is asked for by conditions. */
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

/** There is an enum of that name. */
const conditionNames = {
  name: 'ConditionNamesPlugin',
  version: '0.0.0',
  inflection: { replace: { conditionType: (_before, _options, typeName) => `${typeName}Where` } },
};

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [conditionNames],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ['public'],
      poolConfig: { max: 10 },
    }),
  ],
  // Of the photos of a vehicle the index begins with another column than their key does.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  grafserv: { graphiql: false, watch: false },
};

const server = createServer();
const serv = postgraphile(preset).createServ(grafserv);
await serv.addTo(server);
server.listen(0, '127.0.0.1', () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}/graphql` }),
);
process.on('disconnect', () => process.exit(0));
