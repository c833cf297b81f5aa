import {
  execute,
  GraphQLError,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
} from 'graphql';
import type { Viewer } from '../accounts/viewer.ts';
import type { Context } from '../context.ts';
import type { MediaEvent } from '../events/media-event.ts';
import type { Rendering } from '../events/sink.ts';
import { EventFrame } from './event-frame.ts';

/** Of one document; beyond that the oldest are found no more. */
const MAX_RENDERINGS = 100;

export interface EventRenderings {
  /** The same for all whose answers are the same, whatever the event. */
  of(args: ExecutionArgs): Rendering<EventFrame>;
}

/** Events are executed and serialised once for each document, its variables and kind of viewer. */
export function createEventRenderings(maskError: (error: unknown) => Error): EventRenderings {
  const renderings = new WeakMap<DocumentNode, Map<string, Rendering<EventFrame>>>();
  const variables = new WeakMap<DocumentNode, readonly string[]>();
  let last = 0;

  function create(args: ExecutionArgs): Rendering<EventFrame> {
    const { schema, document, operationName, variableValues } = args;
    const context = plainContext(args.contextValue as Context);
    const frames = new WeakMap<MediaEvent, Promise<EventFrame>>();

    async function write(event: MediaEvent): Promise<EventFrame> {
      const { data, errors } = await execute({
        schema,
        document,
        operationName,
        variableValues,
        rootValue: event,
        contextValue: { ...context },
      });
      return new EventFrame(
        JSON.stringify({ data, ...(errors && { errors: errors.map((error) => told(error)) }) }),
      );
    }

    function told(error: GraphQLError): unknown {
      const masked = maskError(error);
      if (!(masked instanceof GraphQLError)) return { message: masked.message };
      const { http: _http, ...extensions } = masked.extensions;
      return new GraphQLError(masked.message, {
        nodes: masked.nodes,
        path: masked.path,
        extensions,
      }).toJSON();
    }

    return {
      id: (last += 1),
      render(event) {
        let frame = frames.get(event);
        if (!frame) frames.set(event, (frame = write(event)));
        return frame;
      },
    };
  }

  return {
    of(args) {
      const { schema, document, operationName, variableValues } = args;
      let names = variables.get(document);
      if (!names) variables.set(document, (names = selectionVariables(schema, document)));
      const key = JSON.stringify([
        operationName,
        names.map((name) => [name, variableValues?.[name]]),
        classOf((args.contextValue as Context).viewer),
      ]);
      let known = renderings.get(document);
      if (!known) renderings.set(document, (known = new Map()));
      let rendering = known.get(key);
      if (!rendering) {
        const [oldest] = known.keys();
        if (oldest !== undefined && known.size === MAX_RENDERINGS) known.delete(oldest);
        known.set(key, (rendering = create(args)));
      }
      return rendering;
    },
  };
}

/** What answers may depend on of who asks: all but who it is. */
function classOf(viewer: Viewer): unknown {
  switch (viewer.kind) {
    case 'visitor':
      return [viewer.kind, viewer.dealershipId];
    case 'staff':
      return [viewer.kind, viewer.dealershipId, viewer.role];
    case 'integrator':
      return [viewer.kind, viewer.dealershipId, viewer.scopes.toSorted()];
    case 'uploader':
      return [viewer.kind, viewer.dealershipId, viewer.vehicleId];
  }
}

/** Variables that say more than what is followed, and from where. */
function selectionVariables(schema: GraphQLSchema, document: DocumentNode): string[] {
  const names = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      VariableDefinition: () => false,
      Argument(node, _key, _parent, _path, ancestors) {
        const field = ancestors.at(-1);
        const isField = field !== undefined && 'kind' in field && field.kind === 'Field';
        // Those of the subscription field itself.
        return isField && types.getParentType() === schema.getSubscriptionType()
          ? false
          : undefined;
      },
      Variable: ({ name }) => void names.add(name.value),
    }),
  );
  return [...names].sort();
}

/** Without the request that it came with. */
function plainContext(context: Context): Context {
  const {
    request: _request,
    params: _params,
    req: _req,
    res: _res,
    connectionParams: _connectionParams,
    ...plain
  } = context as Context & Record<string, unknown>;
  return plain as unknown as Context;
}
