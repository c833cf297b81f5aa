import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import { getDatamodel, type default as PrismaTypes } from '../../generated/pothos-prisma-types.ts';
import type { Context } from '../context.ts';

export interface SchemaTypes {
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    URL: { Input: string; Output: string };
    ByteSize: { Input: number; Output: number | bigint };
    Sha256: { Input: string; Output: string };
    VIN: { Input: string; Output: string };
  };
}

export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [PrismaPlugin, RelayPlugin],
  defaultFieldNullability: false,
  prisma: {
    client: (context) => context.prisma,
    dmmf: getDatamodel(),
    exposeDescriptions: false,
    filterConnectionTotalCount: true,
    skipDeferredFragments: true,
  },
  relay: {
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    nodesOnConnection: { description: 'The nodes themselves, for those who need no cursors.' },
    pageInfoTypeOptions: { description: 'Where a page lies in its list.' },
    cursorType: 'String',
  },
});

builder.queryType({ description: 'What can be read.' });
builder.mutationType({
  description: 'What can be changed. Every mutation answers with a payload that has `userErrors`.',
});
builder.subscriptionType({
  description:
    'What can be followed live, over WebSocket (graphql-transport-ws) or server-sent events.',
});
