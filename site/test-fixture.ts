import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { graphql, GraphQLError } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import { createSite, type SiteOptions } from './site.ts';
import { FixtureStock, FIXTURE_ACCOUNT, type FixtureFilter } from './test-stock.ts';

/** The contract itself: what the fixture answers has the shape that the server's answers have. */
const TYPES = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

interface Context {
  token: string | null;
}

/** Stands in for the element: keeps its slotted picture, and can say that its token expired. */
const ELEMENT_STUB = `customElements.define('vehicle-media', class extends HTMLElement {
  connectedCallback() { this.dataset.ready = 'true'; }
});`;

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480"><rect width="640" height="480" fill="#7d8fa8"/></svg>`;

export interface FixtureServer {
  url: string;
  stock: FixtureStock;
  close(): Promise<void>;
}

/** The site over an API of its own that keeps 30 vehicles in memory. */
export async function startFixture(
  options: Partial<Omit<SiteOptions, 'execute' | 'publicUrl'>> = {},
): Promise<FixtureServer> {
  const stock = new FixtureStock();
  const schema = fixtureSchema(stock);
  const yoga = createYoga<object, Context>({
    schema,
    logging: false,
    context: ({ request }) => ({
      token: request.headers.get('authorization')?.replace(/^Bearer /, '') ?? null,
    }),
  });
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const site = createSite({
    execute: (source, variableValues) =>
      graphql({ schema, source, variableValues, contextValue: { token: null } }),
    demoAccount: FIXTURE_ACCOUNT,
    signUpOpen: false,
    assetsDir: '/nonexistent',
    publicUrl: url,
    imageOrigins: [],
    uploadOrigins: [],
    ...options,
  });
  server.on('request', async (req, res) => {
    if (await site(req, res)) return;
    if (req.url?.startsWith('/graphql')) return yoga(req, res);
    if (req.url === '/embed/v1.js') {
      return res.writeHead(200, { 'Content-Type': 'text/javascript' }).end(ELEMENT_STUB);
    }
    if (req.url?.startsWith('/pictures/')) {
      return res.writeHead(200, { 'Content-Type': 'image/svg+xml' }).end(PICTURE);
    }
    return res.writeHead(404).end();
  });
  return {
    url,
    stock,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function fixtureSchema(stock: FixtureStock) {
  const isStaff = ({ token }: Context) => {
    if (token === null) return false;
    if (stock.tokens.has(token)) return true;
    throw new GraphQLError('Log in again.', { extensions: { code: 'UNAUTHENTICATED' } });
  };
  return createSchema<Context>({
    typeDefs: TYPES,
    resolvers: {
      Query: {
        viewer: (_, __, context) => (isStaff(context) ? stock.viewer : null),
        vehicle: (_, key: { id?: string; vin?: string; stockNumber?: string }, context) =>
          stock.find(key, isStaff(context)),
        vehicles: (_, { filter, ...page }: PageArguments, context) =>
          stock.page(filter ?? {}, page, isStaff(context)),
      },
      Mutation: {
        logIn: (_, { input }: { input: { email: string; password: string } }) => stock.logIn(input),
        upsertVehicle: (_, { input }: { input: { vehicle: Record<string, unknown> } }, context) => {
          isStaff(context);
          return stock.upsert(input.vehicle);
        },
        deleteVehicle: (_, { input }: { input: { id: string } }, context) => {
          isStaff(context);
          return stock.delete(input.id);
        },
      },
    },
  });
}

interface PageArguments {
  first?: number;
  after?: string;
  last?: number;
  before?: string;
  filter?: FixtureFilter;
}
