import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { TenantBatch, type BatchKind } from './tenant-batch.ts';
import type { TenantStatement, TextRow } from './tenant-statement.ts';

const refusal = Object.assign(new pg.DatabaseError('no', 0, 'error'), { severity: 'ERROR' });
const loss = new Error('Connection terminated unexpectedly');

function batchOf(kind: BatchKind, count: number, name = '') {
  const answers: (TextRow[] | Error | null)[] = Array.from({ length: count }, () => null);
  const statements = answers.map((_, index): TenantStatement => ({
    tenant: { role: 'forecourt_tenant', dealershipId: 'a' },
    name,
    text: 'select 1',
    values: [],
    resolve: (rows) => void (answers[index] = rows),
    reject: (error) => void (answers[index] = error),
  }));
  let ended: Error | null | undefined;
  const batch = new TenantBatch(kind, statements, (error) => (ended = error));
  let sent = 0;
  const write = () => void (sent += 1);
  const connection = {
    parsedStatements: { known: 'select 1' },
    stream: { write },
    on() {},
    off() {},
  };
  return {
    batch,
    sent: () => sent,
    sendAhead: () => batch.sendAhead(connection as never),
    answers,
    ended: () => ended,
    submit: () => batch.submit(connection as never),
    /** The step behind the wall. */
    step: () => batch.handleCommandComplete(),
    row(value: string) {
      batch.handleDataRow({ fields: [value] });
      batch.handleCommandComplete();
    },
  };
}

describe('a message with several reads', () => {
  it('answers each when it is done', () => {
    const { answers, submit, step, row } = batchOf('reads', 2);
    submit();
    step();
    row('1');
    expect(answers).toEqual([[['1']], null]);
  });

  it('leaves those behind one that is refused', () => {
    const { batch, answers, submit, step, row, ended } = batchOf('reads', 3);
    submit();
    step();
    row('1');
    batch.handleError(refusal);
    expect(answers).toEqual([[['1']], refusal, null]);
    expect(batch.left).toEqual([batch.statements[2]]);
    expect(ended()).toBeNull();
  });

  it('says to all that the connection is lost, also before it was sent', () => {
    const { batch, answers, ended } = batchOf('reads', 3);
    batch.handleError(loss);
    expect(answers).toEqual([loss, loss, loss]);
    expect(batch.left).toEqual([]);
    expect(ended()).toBe(loss);
  });
});

describe('a message with several writes', () => {
  it('answers when all are committed', () => {
    const { batch, answers, submit, step, row } = batchOf('writes', 2);
    submit();
    step();
    row('1');
    row('2');
    expect(answers).toEqual([null, null]);
    batch.handleReadyForQuery();
    expect(answers).toEqual([[['1']], [['2']]]);
  });

  it('leaves all when one is refused, to go each alone', () => {
    const { batch, answers, submit, step, row, ended } = batchOf('writes', 2);
    submit();
    step();
    row('1');
    batch.handleError(refusal);
    expect(answers).toEqual([null, null]);
    expect(batch.left).toMatchObject([{ alone: true }, { alone: true }]);
    expect(ended()).toBeNull();
  });

  it('says so to one that is refused when it went alone', () => {
    const { batch, answers, submit, step } = batchOf('writes', 1);
    submit();
    step();
    batch.handleError(refusal);
    expect(answers).toEqual([refusal]);
    expect(batch.left).toEqual([]);
  });

  it('says to all that the connection is lost, also when they were executed', () => {
    const { batch, answers, submit, step, row } = batchOf('writes', 2);
    submit();
    step();
    row('1');
    batch.handleError(loss);
    expect(answers).toEqual([loss, loss]);
  });

  it('is sent once, before its turn or when that comes', () => {
    const early = batchOf('writes', 2, 'known');
    early.sendAhead();
    expect(early.sent()).toBe(1);
    early.submit();
    expect(early.sent()).toBe(1);
    const late = batchOf('writes', 2, 'known');
    late.submit();
    late.sendAhead();
    expect(late.sent()).toBe(1);
  });

  it.each(['', 'new'])('waits for its turn where it has to be prepared: %j', (name) => {
    const { sendAhead, submit, sent } = batchOf('writes', 2, name);
    sendAhead();
    expect(sent()).toBe(0);
    submit();
    expect(sent()).toBe(1);
  });
});
