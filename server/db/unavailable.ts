import { Prisma } from '../../generated/prisma/client.ts';
import { TurnTimeout } from './turns.ts';

/** Prisma's codes: not reachable, timed out, closed, no connection or transaction to be had, lost to another writer. */
const prismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2034', 'P2037']);

/** Of node's sockets, of PostgreSQL (shutting down, starting, full, out of time, lost to another writer) and of Prisma's adapter for sockets. */
const driverCodes =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|08\w{3}|53300|57014|57P0[1-3]|40001|40P01|ConnectionClosed|DatabaseNotReachable|SocketTimeout)$/;

/** node-postgres gives these no code. */
const driverMessages =
  /timeout exceeded when trying to connect|Connection terminated|Query read timeout|is not queryable|Unable to start a transaction|on an expired transaction/;

/** Whether the database was only out of reach, out of connections or out of time: the same request may well succeed in a moment. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof TurnTimeout) return true;
  if (error instanceof Prisma.PrismaClientKnownRequestError && prismaCodes.has(error.code)) {
    return true;
  }
  return (
    driverCodesOf(error).some((code) => typeof code === 'string' && driverCodes.test(code)) ||
    driverMessages.test(error.message) ||
    isUnavailable(error.cause)
  );
}

/** Prisma keeps the driver's own aside when the statement was raw, and BEGIN and COMMIT throw what its adapter did. */
function driverCodesOf(error: Error): unknown[] {
  const { code, meta, cause } = error as {
    code?: unknown;
    meta?: { driverAdapterError?: { cause?: OfDriver } };
    cause?: OfDriver;
  };
  const kept = meta?.driverAdapterError?.cause;
  return [code, kept?.originalCode, kept?.kind, cause?.originalCode, cause?.kind];
}

/** What Prisma's adapter says of an error: the code that it came with, or what kind of socket's it was. */
interface OfDriver {
  originalCode?: unknown;
  kind?: unknown;
}
