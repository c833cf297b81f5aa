/**
 * A server that also writes events, as many at once as its parent asks for, by
 * the code that all changes of a gallery write theirs with. A process of its own.
 */
import { demoAccount, seedDemo } from '../demo/seed.ts';
import { createApp } from '../server/app.ts';
import { loadConfig } from '../server/config.ts';
import { appendEvent } from '../server/events/outbox.ts';
import { mediaChange, openGallery } from '../server/gallery/change-gallery.ts';
import { createLog } from '../server/log.ts';

/** From the parent: events with the numbers from `first` on, below `end`. */
export interface Batch {
  first: number;
  end: number;
  /** With the longest texts that a picture may have. */
  long: boolean;
}

/** To the parent, once. */
export interface Ready {
  url: string;
  /** Whose events they are, not the global id. */
  vehicleId: string;
}

/** What an event says its number with, as the text of a picture for those who do not see it. */
export const numbered = (event: number) => `Seen from the front left, event ${event}.`;

if (process.send) {
  const config = loadConfig();
  const app = await createApp(config, {
    log: createLog(config.logLevel),
    seed: seedDemo,
    demoAccount,
  });
  await app.listen();
  const { prisma } = app.db;
  const media = await prisma.media.findFirstOrThrow({
    where: { status: 'READY', kind: 'IMAGE' },
    orderBy: { id: 'asc' },
    include: { renditions: true },
  });
  const { dealershipId, vehicleId, id: mediaId } = media;
  const caption = {
    usual: media.caption,
    long: 'One owner, full service history. '.repeat(200).slice(0, 5_000),
  };

  async function write({ first, end, long }: Batch): Promise<void> {
    await prisma.$transaction(async (tx) => {
      const gallery = await openGallery(tx, { dealershipId, vehicleId });
      if (!gallery) throw new Error('The vehicle of the demo is gone.');
      for (let event = first; event < end; event += 1) {
        await appendEvent(tx, {
          dealershipId,
          vehicleId,
          mediaId,
          mediaVersion: gallery.version,
          forPublic: true,
          change: mediaChange('MEDIA_UPDATED', {
            ...media,
            alt: numbered(event),
            caption: caption[long ? 'long' : 'usual'],
          }),
        });
      }
    });
  }

  let written = Promise.resolve();
  process.on('message', (batch: Batch) => {
    written = written.then(() => write(batch));
  });
  process.once('SIGTERM', () => {
    void app.close().then(() => process.exit(0));
  });
  process.send({ url: app.url, vehicleId } satisfies Ready);
}
