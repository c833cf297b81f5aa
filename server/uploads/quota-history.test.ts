import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../../test/server.ts';
import {
  endJobs,
  newVehicle,
  openDesk,
  request,
  SHA256,
  type Desk,
} from '../../test/upload-desk.ts';
import { UserFailure } from '../errors.ts';
import { USAGE_COLUMNS } from '../gallery/storage-usage.ts';
import { claimUpload } from './claim-upload.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ env: { MEDIA_CONCURRENCY: '0' } });
});
afterAll(() => server.stop());

const ALONE = ['late', 'drop'] as const;
const command = fc.record({
  do: fc.constantFrom(
    ...(['request', 'request', 'film', 'replace', 'poster', 'complete', 'complete'] as const),
    ...(['ready', 'ready', 'fail', 'cancel', 'expire', 'retry', 'delete', 'restore'] as const),
    ...ALONE,
  ),
  /** Which of those that it could be about. */
  at: fc.nat(7),
  size: fc.integer({ min: 1, max: 50 }),
});
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

/** One step of a history; what the rules refuse is a step too. */
async function take(desk: Desk, step: Command): Promise<void> {
  const { prisma } = server.app.db;
  const { dealershipId } = desk.staff;
  const where = { dealershipId };
  const orderBy = { id: 'asc' } as const;
  const nth = <T>(rows: T[]): T | undefined => rows[step.at % Math.max(rows.length, 1)];
  const upload = async () =>
    nth(await prisma.upload.findMany({ where: { ...where, status: 'AWAITING_BYTES' }, orderBy }));
  const media = async () => nth(await prisma.media.findMany({ where, orderBy }));
  const job = async () => nth(await prisma.mediaJob.findMany({ where, orderBy }));
  switch (step.do) {
    case 'request':
    case 'film': {
      const vehicle = step.at % desk.vehicleIds.length;
      await request(desk, step.size, { vehicle, film: step.do === 'film' });
      return;
    }
    case 'replace':
    case 'poster': {
      const found = await media();
      if (!found) return;
      await request(desk, step.size, {
        vehicle: desk.vehicleIds.indexOf(found.vehicleId),
        ...(step.do === 'poster'
          ? { posterFor: found.id }
          : { replaceMediaId: found.id, film: found.kind === 'VIDEO' }),
      });
      return;
    }
    case 'complete': {
      const found = await upload();
      if (found) await claimUpload(prisma, found, SHA256);
      return;
    }
    case 'ready':
    case 'fail': {
      const found = await job();
      if (found) await endJobs(desk, step.do === 'ready' ? 'ready' : 'failed', found.id);
      return;
    }
    case 'cancel': {
      const found = await upload();
      if (found) await desk.uploads.cancel(desk.staff, found.id);
      return;
    }
    case 'late': {
      const found = await upload();
      if (!found) return;
      await prisma.upload.update({ where: { id: found.id }, data: { expiresAt: new Date(0) } });
      return;
    }
    case 'expire':
      await desk.uploads.expire();
      return;
    case 'retry':
    case 'restore': {
      const found = await media();
      const change = step.do === 'retry' ? desk.retry : desk.gallery.restore;
      await change(desk.staff, found?.id ?? null).catch((error: unknown) => {
        if (!(error instanceof UserFailure)) throw error;
      });
      return;
    }
    case 'delete':
      await desk.gallery.remove(desk.staff, [(await media())?.id ?? null]);
      return;
    case 'drop': {
      const [id] = desk.vehicleIds.splice(step.at % 2, 1);
      await prisma.vehicle.delete({ where: { id: id ?? '' } });
      await newVehicle(desk);
    }
  }
}

/** What a vehicle counts, or the dealership as 'all'. */
interface Owned {
  whose: string;
  row: Record<string, number>;
}

/** The same numbers from the media, tickets and jobs themselves. */
async function summed(dealershipId: string): Promise<Owned[]> {
  const { rows } = await server.app.db.pool.query<Record<string, string>>(
    `with part as (
      select m.id, m.vehicle_id, m.kind, m.status <> 'PENDING_UPLOAD' there,
        greatest(m.original_byte_size, (select max(j.byte_size) from media_jobs j where j.media_id = m.id and not j.poster)) original,
        (select coalesce(max(u.byte_size), 0) from uploads u where u.media_id = m.id and u.status = 'AWAITING_BYTES' and not u.poster) awaited,
        coalesce((select u.byte_size from uploads u where u.media_id = m.id and u.status = 'COMPLETED' and u.poster
          order by u.completed_at desc, u.id desc limit 1), 0) poster,
        (select coalesce(max(u.byte_size), 0) from uploads u where u.media_id = m.id and u.status = 'AWAITING_BYTES' and u.poster) awaited_poster
      from media m where m.dealership_id = $1 and m.deleted_at is null
    ), taken as (
      select vehicle_id, kind, case when there then original + poster else 0 end used,
        case when there then greatest(original, awaited) + greatest(poster, awaited_poster)
          when awaited > 0 then awaited + greatest(poster, awaited_poster) else 0 end whole
      from part
    ), owned as (
      select v.id::text whose, t.* from vehicles v left join taken t on t.vehicle_id = v.id where v.dealership_id = $1
      union all select 'all', t.* from (select 1) one left join taken t on true
    )
    select whose,
      count(*) filter (where kind = 'IMAGE' and used > 0) "imageCount",
      coalesce(sum(used) filter (where kind = 'IMAGE'), 0) "imageBytes",
      count(*) filter (where kind = 'VIDEO' and used > 0) "videoCount",
      coalesce(sum(used) filter (where kind = 'VIDEO'), 0) "videoBytes",
      count(*) filter (where kind = 'IMAGE' and used = 0 and whole > 0) "reservedImageCount",
      coalesce(sum(whole - used) filter (where kind = 'IMAGE'), 0) "reservedImageBytes",
      count(*) filter (where kind = 'VIDEO' and used = 0 and whole > 0) "reservedVideoCount",
      coalesce(sum(whole - used) filter (where kind = 'VIDEO'), 0) "reservedVideoBytes"
    from owned group by whose order by whose`,
    [dealershipId],
  );
  return rows.map(({ whose = '', ...counts }) => ({ whose, row: numbers(counts) })).sort(byOwner);
}

function numbers(row: object): Record<string, number> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]));
}

function byOwner(a: Owned, b: Owned): number {
  return a.whose < b.whose ? -1 : 1;
}

async function counted(dealershipId: string): Promise<Owned[]> {
  const { prisma } = server.app.db;
  const { vehicles, ...dealership } = await prisma.dealership.findUniqueOrThrow({
    where: { id: dealershipId },
    select: { ...USAGE_COLUMNS, vehicles: { select: { id: true, ...USAGE_COLUMNS } } },
  });
  return [
    { whose: 'all', row: numbers(dealership) },
    ...vehicles.map(({ id, ...row }) => ({ whose: id, row: numbers(row) })),
  ].sort(byOwner);
}

describe('the counters', () => {
  it('equal what is there, and stay within the limits, after any history', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 40 }), async (steps) => {
        const desk = await openDesk(server, {}, 2);
        const { dealershipId } = desk.staff;
        for (const step of steps) {
          await take(desk, step);
          const rows = await counted(dealershipId);
          const sums = await summed(dealershipId);
          expect(rows).toEqual(sums);
          for (const { whose, row } of rows) {
            const total = (part: 'Bytes' | 'Count') =>
              Object.entries(row)
                .filter(([name]) => name.endsWith(part))
                .reduce((sum, [, value]) => sum + Number(value), 0);
            expect(total('Bytes')).toBeLessThanOrEqual(whose === 'all' ? 150 : 100);
            expect(total('Count')).toBeLessThanOrEqual(whose === 'all' ? 8 : 4);
          }
        }
      }),
      { seed: 20_261_121, numRuns: 12 },
    );
  });

  it('equal what is there after changes at the same moment', async () => {
    const desk = await openDesk(server, { maxMediaPerVehicle: 50, maxBytesPerVehicle: 1_000 }, 3);
    const { dealershipId } = desk.staff;
    for (const steps of fc.sample(fc.array(command, { minLength: 40, maxLength: 40 }), {
      seed: 20_261_121,
      numRuns: 5,
    })) {
      const together = steps.filter((step) => !ALONE.some((name) => name === step.do));
      await Promise.all(together.map((step) => take(desk, step)));
      expect(await counted(dealershipId)).toEqual(await summed(dealershipId));
    }
  });
});
