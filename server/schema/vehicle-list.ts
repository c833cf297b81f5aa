import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import type { Prisma } from '../../generated/prisma/client.ts';
import { visibleVehicles } from '../gallery/visibility.ts';
import type { Context } from '../context.ts';
import { vehicleFilter, type VehicleFilter as Filter } from '../vehicles/vehicle-filter.ts';
import {
  vehicleCursor,
  vehiclePage,
  type PageArguments,
  type VehicleSort as Sort,
} from '../vehicles/vehicle-page.ts';
import { builder } from './builder.ts';
import { Dealership } from './dealership.ts';
import { VehicleCondition, VehicleStatus } from './enums.ts';
import { Vehicle } from './vehicle.ts';

const SortKey = builder.enumType('VehicleSortKey', {
  description: 'What vehicles are sorted by. Those without the value come last.',
  values: {
    CREATED_AT: { description: 'When they were added.' },
    UPDATED_AT: { description: 'When they last changed.' },
    PRICE: { description: 'The amount, whatever the currency.' },
    YEAR: { description: 'Model year.' },
    MILEAGE: { description: 'Mileage.' },
    STOCK_NUMBER: { description: 'Stock number.' },
  } as const,
});

const SortDirection = builder.enumType('SortDirection', {
  description: 'Which way.',
  values: {
    ASC: { description: 'Smallest first.' },
    DESC: { description: 'Largest first.' },
  } as const,
});

const VehicleSort = builder.inputType('VehicleSort', {
  description: 'An order of vehicles.',
  fields: (t) => ({
    by: t.field({ type: SortKey, required: true, description: 'By what.' }),
    direction: t.field({ type: SortDirection, required: true, description: 'Which way.' }),
  }),
});

const VehicleFilter = builder.inputType('VehicleFilter', {
  description: 'Which vehicles; all of it must hold.',
  fields: (t) => ({
    search: t.string({
      description:
        'Every word occurs in year, make, model, trim, VIN, stock number, body style or colour.',
    }),
    status: t.field({
      type: [VehicleStatus],
      description: 'Any of these; what the viewer may not see stays out.',
    }),
    condition: t.field({ type: [VehicleCondition], description: 'Any of these.' }),
    make: t.stringList({ description: 'Any of these, in upper or lower case.' }),
    yearMin: t.int({ description: 'This model year or later.' }),
    yearMax: t.int({ description: 'This model year or earlier.' }),
    withoutMedia: t.boolean({
      description: 'True: only those without media. False: only those with.',
    }),
    updatedAfter: t.field({ type: 'DateTime', description: 'Changed after this moment.' }),
  }),
});

type Row = Prisma.VehicleGetPayload<object>;

const VehicleConnection = builder.connectionObject(
  {
    type: Vehicle,
    name: 'VehicleConnection',
    description: 'A page of vehicles.',
    fields: (t) => ({
      totalCount: t.int({
        description: 'How many there are on all pages.',
        resolve: (connection, _args, { prisma }) =>
          prisma.vehicle.count({
            where: (connection as unknown as { listed: Prisma.VehicleWhereInput }).listed,
          }),
      }),
    }),
  },
  { name: 'VehicleEdge', description: 'A vehicle in its list.' },
);

interface ListArguments extends PageArguments {
  filter?: Filter | null;
  sort?: Sort | null;
}

/** A page of the vehicles that a viewer may see: all of them are of its dealership. */
async function listVehicles(args: ListArguments, context: Context, info: GraphQLResolveInfo) {
  const page = vehiclePage(args, args.sort);
  const listed: Prisma.VehicleWhereInput = {
    AND: [visibleVehicles(context.viewer), vehicleFilter(args.filter ?? {})],
  };
  const query = queryFromInfo({ context, info, paths: [['nodes'], ['edges', 'node']] });
  const found = (await context.prisma.vehicle.findMany({
    ...(query as { include?: Prisma.VehicleInclude }),
    where: { AND: [listed, page.where] },
    orderBy: page.orderBy,
    take: page.size + 1,
  })) as Row[];
  const more = found.length > page.size;
  const rows = found.slice(0, page.size);
  if (page.backwards) rows.reverse();
  const edges = rows.map((node) => ({ node, cursor: vehicleCursor(node, page.sort) }));
  return {
    listed,
    edges,
    pageInfo: {
      hasNextPage: page.backwards ? args.before != null : more,
      hasPreviousPage: page.backwards ? more : args.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

builder.queryField('vehicles', (t) =>
  t.connection(
    {
      type: Vehicle,
      description:
        'The vehicles that this viewer may see, 20 a page unless said otherwise, newest first.',
      args: {
        filter: t.arg({ type: VehicleFilter, description: 'Only these.' }),
        sort: t.arg({ type: VehicleSort, description: 'In this order.' }),
      },
      resolve: (_, args, context, info) => listVehicles(args, context, info),
    },
    VehicleConnection,
  ),
);

builder.prismaObjectField(Dealership, 'vehicles', (t) =>
  t.connection(
    {
      type: Vehicle,
      description:
        'Those of its vehicles that this viewer may see, 20 a page unless said otherwise, newest first.',
      args: {
        filter: t.arg({ type: VehicleFilter, description: 'Only these.' }),
        sort: t.arg({ type: VehicleSort, description: 'In this order.' }),
      },
      // A viewer sees one dealership alone: its own.
      resolve: (_, args, context, info) => listVehicles(args, context, info),
    },
    VehicleConnection,
  ),
);
