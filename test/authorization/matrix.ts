import { randomUUID } from 'node:crypto';
import type { GraphQLField, GraphQLSchema } from 'graphql';
import { decodeId, encodeId, type NodeKind } from '../../server/node-id.ts';
import {
  COMPANIONS,
  expectedFor,
  MAY_SAY_NO,
  type Outcome,
  type SharedKind,
  type TargetKind,
} from './expectations.ts';
import { firstEvents } from './follow.ts';
import { argumentsFor, positionsOf, type Position } from './inputs.ts';
import { selectionsOf } from './select.ts';
import { anyText, isShared, plantColleague, plantKey, plantShared } from './shared.ts';
import {
  ask,
  fingerprint,
  plant,
  sendBytes,
  type Actor,
  type Answer,
  type Things,
  type World,
} from './world.ts';

type Operation = 'query' | 'mutation' | 'subscription';
/** `shared` is a text that the other dealership has, too: no word of that. */
type Target = 'own' | 'own again' | 'foreign' | 'shared' | 'absent' | 'malformed' | 'hidden';

export interface MatrixResult {
  fields: number;
  positions: number;
  actors: number;
  cells: number;
  /** What somebody saw or did that they may not, or could not that they may. */
  findings: string[];
}

export interface MatrixOptions {
  schema: GraphQLSchema;
  actors?: readonly Actor['kind'][];
  /** Fields to leave out. */
  except?: readonly string[];
  /** Only these. */
  only?: readonly string[] | undefined;
}

/** What ends the session it is asked with comes last. */
const LAST = ['logOut'];

interface Field {
  operation: Operation;
  field: GraphQLField<unknown, unknown>;
}

export function rootFields(schema: GraphQLSchema): Field[] {
  const of = (operation: Operation, type: ReturnType<GraphQLSchema['getQueryType']>): Field[] =>
    Object.values(type?.getFields() ?? {}).map((field) => ({ operation, field }));
  const fields = [
    ...of('query', schema.getQueryType()),
    ...of('mutation', schema.getMutationType()),
    ...of('subscription', schema.getSubscriptionType()),
  ];
  const late = ({ field }: Field) => LAST.includes(field.name);
  return [...fields.filter((field) => !late(field)), ...fields.filter(late)];
}

/** Asks every root field as everybody about what is theirs, another's, nobody's and nonsense. */
export async function runMatrix(world: World, options: MatrixOptions): Promise<MatrixResult> {
  const { schema } = options;
  const actors = world.actors.filter(({ kind }) => options.actors?.includes(kind) ?? true);
  const { only, except } = options;
  const fields = rootFields(schema).filter(
    ({ field: { name } }) => (only?.includes(name) ?? true) && !except?.includes(name),
  );
  const result: MatrixResult = {
    fields: fields.length,
    positions: 0,
    actors: actors.length,
    cells: 0,
    findings: [],
  };
  for (const { operation, field } of fields) {
    const named = positionsOf(field);
    const positions: (Position | null)[] = named.length > 0 ? named : [null];
    result.positions += positions.length;
    const selections = selectionsOf(schema, field).flatMap((selection) =>
      // What Postgres does not write beside it is executed field by field, all of it.
      operation === 'query' ? [selection, `${selection} __schema { __typename }`] : [selection],
    );
    for (const position of positions) {
      for (const actor of actors) {
        for (const selection of selections) {
          const row = new Row(
            world,
            selection,
            { operation, field },
            position,
            actor,
            result.cells,
          );
          result.findings.push(...(await row.run()));
          result.cells += row.cells;
        }
      }
    }
  }
  return result;
}

/** One field, one of its positions, one actor: all targets. */
class Row {
  cells = 0;
  readonly #world: World;
  readonly #field: Field;
  readonly #position: Position | null;
  readonly #actor: Actor;
  readonly #document: string;
  readonly #turn: number;
  readonly #findings: string[] = [];
  #headers: Actor['headers'];
  /** An idempotency key that was used elsewhere. */
  #key = '';
  /** Whether what was done is kept for its key. */
  #kept = false;

  constructor(
    world: World,
    selection: string,
    field: Field,
    position: Position | null,
    actor: Actor,
    turn: number,
  ) {
    this.#world = world;
    this.#field = field;
    this.#position = position;
    this.#actor = actor;
    this.#headers = actor.headers;
    this.#turn = turn;
    const { args, name } = field.field;
    const declared = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
    const passed = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
    this.#document =
      `${field.operation} ${declared && `(${declared})`} ` +
      `{ ${name}${passed && `(${passed})`} ${selection} }`;
  }

  async run(): Promise<string[]> {
    const { db } = this.#world.server.app;
    const { home, elsewhere, headers } = this.#actor;
    const kind = this.#position?.kind ?? null;
    const own = await this.#own();
    const shared = isShared(kind) ? anyText(kind) : null;
    if (isShared(kind) && shared) await plantShared(db, elsewhere, kind, shared);
    if (this.#field.operation === 'mutation') {
      this.#key = await plantKey(db, elsewhere, this.#actor.actorId);
    }
    const before = await this.#sum(elsewhere.uuid);
    if (isShared(kind)) {
      await this.#check('shared', own, shared);
      await this.#check('absent', own, anyText(kind));
    } else if (kind) {
      const foreign = await this.#check('foreign', elsewhere.things, elsewhere.things[kind]);
      const absent = await this.#check('absent', null, absentOf(kind));
      this.#same('foreign', foreign, absent);
      const wrong = malformed(elsewhere.things, kind, this.#turn);
      this.#same('malformed', await this.#check('malformed', null, wrong), absent);
      if (`${this.#field.field.name}.${this.#position?.path}` in COMPANIONS) {
        // What is theirs, said to be another's.
        await this.#check('absent', home.things, elsewhere.things[kind]);
      }
      if (this.#actor.publicOnly && this.#canHide()) {
        const draft = await plant(db, home, home.things.userId, 'DRAFT');
        this.#same('hidden', await this.#check('hidden', draft, draft[kind]), absent);
      }
    }
    const text = isShared(kind) ? anyText(kind) : kind && own[kind];
    if (isShared(kind) && text) await plantShared(db, home, kind, text);
    this.#headers = (await this.#actor.headersFor?.(own.Vehicle)) ?? headers;
    await this.#check('own', own, text);
    if (this.#kept) await this.#check('own again', own, text);
    if ((await this.#sum(elsewhere.uuid)) !== before) this.#find('foreign', 'changed rows');
    return this.#findings;
  }

  /** What is theirs: of a mutation, all of it new. */
  async #own(): Promise<Things> {
    const { home, elsewhere, userId } = this.#actor;
    const { db } = this.#world.server.app;
    const User = encodeId('User', userId ?? randomUUID());
    const { operation, field } = this.#field;
    const wanted = expectedFor(field.name, this.#position?.kind ?? null, this.#actor.kind);
    // Whoever is refused changes nothing: nothing new is needed.
    if (operation !== 'mutation' || wanted === 'refused') return { ...home.things, User };
    const own = await plant(db, home, home.things.userId);
    switch (this.#position?.kind) {
      case 'member':
        own.member = await plantColleague(db, [home, elsewhere]);
        break;
      case 'ApiKey':
        // One that is in force.
        await db.prisma.apiKey.updateMany({
          where: { dealershipId: home.uuid, id: decodeId(own.ApiKey)?.uuid ?? '' },
          data: { revokedAt: null },
        });
        break;
      case 'Upload':
        if (this.#field.field.name === 'completeUpload')
          await sendBytes(this.#world, home, own.Upload);
        break;
    }
    return { ...own, User };
  }

  /** Only mutations may change anything. */
  async #sum(dealershipId: string): Promise<string> {
    if (this.#field.operation !== 'mutation') return '';
    return fingerprint(this.#world.server.app.db, dealershipId);
  }

  #canHide(): boolean {
    return ['Vehicle', 'Upload', 'Media', 'video', 'vin', 'stockNumber'].includes(
      this.#position?.kind ?? '',
    );
  }

  async #check(target: Target, things: Things | null, text: string | null): Promise<string> {
    const { home, elsewhere, credentials } = this.#actor;
    const isOwn = target === 'own' || target === 'own again';
    const { operation, field } = this.#field;
    const kind = this.#position?.kind ?? null;
    const ownText = (named: TargetKind): string => {
      if (isShared(named)) return anyText(named);
      const about = isOwn || `${field.name}.${this.#position?.path}` in COMPANIONS ? things : null;
      return (about ?? home.things)[named];
    };
    const key = isOwn ? this.#key : randomUUID();
    const variables = argumentsFor(field, this.#position, text ?? '', ownText, {
      key,
      ...credentials,
    });
    const { server } = this.#world;
    const answer =
      operation === 'subscription'
        ? await firstEvents(server, this.#headers, this.#document, variables)
        : await ask(server, this.#headers, this.#document, variables);
    this.cells += 1;
    const outcome = outcomeOf(answer, field.name);
    const wanted = expectedFor(field.name, kind, this.#actor.kind);
    if (outcome === 'failed') this.#find(target, `an answer of ${JSON.stringify(answer.errors)}`);
    else if (isOwn || isShared(kind)) {
      const position = `${field.name}.${this.#position?.path ?? ''}`;
      // A secret that was generated is nobody's.
      const no = outcome === 'said no' || (outcome === 'none' && !this.#position);
      const allowed = isOwn && [position, `${position} as ${this.#actor.kind}`];
      const met =
        no && allowed && allowed.some((one) => MAY_SAY_NO.includes(one)) ? 'reached' : outcome;
      this.#kept =
        target === 'own' &&
        outcome === 'reached' &&
        key !== '' &&
        JSON.stringify(variables).includes(key);
      if (met !== wanted) this.#find(target, `${outcome} instead of ${wanted}`, answer);
    } else {
      const refused = wanted === 'refused' ? 'refused' : 'none';
      const met = outcome === 'said no' ? 'none' : outcome;
      if (met !== refused) this.#find(target, `${outcome} instead of ${refused}`, answer);
    }
    const said = JSON.stringify({ data: answer.data, errors: answer.errors });
    const masked = text ? said.replaceAll(text, '<what was asked for>') : said;
    for (const other of this.#world.dealerships) {
      if (other.uuid === home.uuid) continue;
      if (masked.includes(other.mark) || idsIn(masked).includes(other.uuid)) {
        this.#find(target, `a word of ${other.slug}`, answer);
      }
      if (other === elsewhere && idsIn(masked).some((id) => isOf(id, other.things))) {
        this.#find(target, `an id of ${other.slug}`, answer);
      }
    }
    return masked;
  }

  #same(target: Target, answer: string, absent: string): void {
    if (answer !== absent)
      this.#find(target, `an answer unlike that for what is absent: ${answer}`);
  }

  #find(target: Target, what: string, answer?: Answer): void {
    const { name } = this.#field.field;
    const where = this.#position ? `${name}(${this.#position.path}: ${this.#position.kind})` : name;
    const shown = answer ? ` ${JSON.stringify(answer).slice(0, 400)}` : '';
    this.#findings.push(`${where} as ${this.#actor.kind} about ${target}: ${what}${shown}`);
  }
}

/** What is no id at all, or not of this kind, though it names something elsewhere: another one in each turn. */
function malformed(foreign: Things, kind: Exclude<TargetKind, SharedKind>, turn: number): string {
  const other = kind === 'Dealership' ? 'Vehicle' : 'Dealership';
  const { uuid = '' } = decodeId(foreign[other]) ?? {};
  const all = [
    'nonsense',
    '',
    uuid,
    encodeId(other, uuid),
    `${foreign[other]}=`,
    'x'.repeat(1_000),
  ];
  return all[turn % all.length] ?? '';
}

function absentOf(kind: Exclude<TargetKind, SharedKind>): string {
  switch (kind) {
    case 'vin':
      return 'XXXXXXXXXXXXXXXXX';
    case 'stockNumber':
    case 'slug':
      return randomUUID();
    case 'member':
      return encodeId('User', randomUUID());
    case 'deleted media':
    case 'failed media':
    case 'video':
      return encodeId('Media', randomUUID());
    case 'upload in parts':
      return encodeId('Upload', randomUUID());
    default:
      return encodeId(kind satisfies NodeKind, randomUUID());
  }
}

/** Every UUID that an answer speaks of, plain or in an opaque id. */
function idsIn(text: string): string[] {
  const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
  const opaque = (text.match(/[A-Za-z0-9_-]{40,}/g) ?? []).map((word) =>
    Buffer.from(word, 'base64url').toString('latin1'),
  );
  return [text, ...opaque].flatMap((part) => part.match(uuid) ?? []);
}

function isOf(uuid: string, things: Record<string, string>): boolean {
  return Object.values(things).some((thing) => idsIn(thing).includes(uuid));
}

function outcomeOf({ data, errors }: Answer, name: string): Outcome | 'said no' | 'failed' {
  const code = errors?.find(({ path }) => (path?.length ?? 0) <= 1)?.extensions?.code;
  if (code === 'UNAUTHENTICATED' || code === 'FORBIDDEN') return 'refused';
  if (code === 'NOT_FOUND') return 'none';
  if (
    code !== undefined ||
    errors?.some((error) => error.extensions?.code === 'INTERNAL_SERVER_ERROR')
  )
    return 'failed';
  const root = data?.[name];
  if (root == null || (Array.isArray(root) && root.length === 0)) return 'none';
  const codes = userErrorsIn(root);
  if (codes.includes('NOT_FOUND')) return 'none';
  return codes.length > 0 ? 'said no' : 'reached';
}

/** Of a payload, and of the results of one that has several. */
function userErrorsIn(payload: unknown): string[] {
  if (typeof payload !== 'object' || payload === null) return [];
  const { userErrors = [], results = [] } = payload as {
    userErrors?: { code: string }[];
    results?: unknown[];
  };
  return [...userErrors.map(({ code }) => code), ...results.flatMap(userErrorsIn)];
}
