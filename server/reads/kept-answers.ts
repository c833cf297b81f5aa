import { entityTag } from '../http/entity-tag.ts';

/** An answer that anybody may have who asks the same. */
export interface KeptAnswer {
  /** In UTF-8. */
  readonly body: Buffer;
  /** Found when it is first asked for. */
  readonly etag: string;
}

/** NOTIFY channel: the id of a vehicle that looks different from now on, or '' for any of them. */
export const VEHICLE_CHANGES_CHANNEL = 'forecourt_vehicle_changes';

/**
 * Answers to visitors about one vehicle, for as long as it looks the same. Each
 * is dropped when the database tells that its vehicle changed, and in any case
 * after {@link MAX_AGE_MS}: a message may be lost with its connection.
 */
export interface KeptAnswers {
  find(key: string): KeptAnswer | null;
  /** Of what visitors of a dealership, or of none, ask in these words: another one after each of its writes in this process. */
  keyOf(method: string, dealershipId: string | null, text: string): string;
  /** Somebody of this dealership has written: whoever is told so sees it. */
  wrote(dealershipId: string): void;
  /** Says when a read begins: what changes from then on makes its answer old. */
  now(): number;
  /** What is about no single vehicle is not kept. */
  keep(key: string, body: string, about: { vehicleId: string | null; readAt: number }): KeptAnswer;
  /** Of the vehicle with this id, or of all when it is ''. */
  drop(vehicleId: string): void;
}

const MAX_AGE_MS = 5_000;
/** Of a vehicle: the same can be asked in any number of words. */
const MAX_KEYS = 200;
/** What an answer takes beside its body and its key. */
const ENTRY_BYTES = 500;
/** Of changes that are remembered for reads that began before them. */
const MAX_CHANGES = 10_000;

/** With its tag, once somebody asks for it. */
export function answerOf(text: string): KeptAnswer {
  const body = Buffer.from(text);
  let etag: string | undefined;
  return {
    body,
    get etag() {
      return (etag ??= entityTag(body));
    },
  };
}

interface Entry {
  answer: KeptAnswer;
  vehicleId: string;
  bytes: number;
  until: number;
}

/** @param maxBytes of all answers with their keys; none is kept when it is 0. */
export function createKeptAnswers(maxBytes: number): KeptAnswers {
  const entries = new Map<string, Entry>();
  const keysOf = new Map<string, Set<string>>();
  /** When each vehicle last changed, in order. */
  const changes = new Map<string, number>();
  /** How often each dealership has written here. */
  const writes = new Map<string, number>();
  let allChanged = 0;
  let moment = 0;
  let total = 0;

  function forget(key: string, { vehicleId, bytes: size }: Entry): void {
    entries.delete(key);
    total -= size;
    const keys = keysOf.get(vehicleId);
    keys?.delete(key);
    if (keys?.size === 0) keysOf.delete(vehicleId);
  }

  function dropAll(): void {
    entries.clear();
    keysOf.clear();
    changes.clear();
    total = 0;
    allChanged = ++moment;
  }

  return {
    find(key) {
      const entry = entries.get(key);
      if (!entry) return null;
      if (entry.until > performance.now()) return entry.answer;
      forget(key, entry);
      return null;
    },

    // What comes before the text has no spaces: whatever the text is, no two keys are the same.
    keyOf: (method, dealershipId, text) =>
      `${method} ${dealershipId ?? '-'} ${writes.get(dealershipId ?? '-') ?? 0} ${text}`,

    wrote(dealershipId) {
      writes.set(dealershipId, (writes.get(dealershipId) ?? 0) + 1);
    },

    now: () => moment,

    keep(key, body, { vehicleId, readAt }) {
      const answer = answerOf(body);
      if (vehicleId === null) return answer;
      const size = ENTRY_BYTES + answer.body.length + 2 * key.length;
      const isOld = readAt < Math.max(allChanged, changes.get(vehicleId) ?? 0);
      if (isOld || size > maxBytes / 10) return answer;
      const before = entries.get(key);
      if (before) forget(key, before);
      const now = performance.now();
      for (const [oldest, entry] of entries) {
        if (total + size <= maxBytes && entry.until > now) break;
        forget(oldest, entry);
      }
      const [first] = keysOf.get(vehicleId) ?? [];
      const ofVehicle = keysOf.get(vehicleId)?.size ?? 0;
      const longest = first === undefined ? undefined : entries.get(first);
      if (ofVehicle >= MAX_KEYS && first !== undefined && longest) forget(first, longest);
      total += size;
      entries.set(key, { answer, vehicleId, bytes: size, until: now + MAX_AGE_MS });
      const keys = keysOf.get(vehicleId);
      if (keys) keys.add(key);
      else keysOf.set(vehicleId, new Set([key]));
      return answer;
    },

    drop(vehicleId) {
      if (vehicleId === '' || changes.size >= MAX_CHANGES) return dropAll();
      changes.set(vehicleId, ++moment);
      for (const key of keysOf.get(vehicleId) ?? []) {
        const entry = entries.get(key);
        if (entry) forget(key, entry);
      }
    },
  };
}
