import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clip, CLIP_TRACES } from '../../test/clips.ts';
import {
  addVehicle,
  completeUpload,
  describeFile,
  readGallery,
  requestUpload,
  uploadPhoto,
} from '../../test/gallery.ts';
import { eventsUntil, followByWebSocket } from '../../test/live-client.ts';
import { photo } from '../../test/pictures.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { MP4_FILE, readVideo, sendPoster, sendVideo, settleVideo } from '../../test/videos.ts';
import { packetsOf } from '../../test/video-processing.ts';

let server: TestServer;
let north: TestDealership;
let short: Buffer;
let picture: Buffer;
beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
  short = await clip({ metadata: true, index: 'last', rotation: 90 });
  picture = (await photo({ width: 700, height: 500, seed: 5 })).bytes;
});
afterAll(() => server.stop());

const settle = async (bytes: Buffer) => {
  const vehicleId = await addVehicle(north.staff);
  const to = { url: server.url, token: north.token, staff: north.staff };
  return { vehicleId, ...(await settleVideo(to, vehicleId, bytes)) };
};

/** Follows until something holds of a media, from where the feed was before. */
async function follow(vehicleId: string, work: () => Promise<string>, type: string) {
  const after = (await readGallery(north.staff, vehicleId)).mediaCursor;
  const mediaId = await work();
  const live = followByWebSocket({ url: server.url, token: north.token, vehicleId, after });
  const events = await eventsUntil(
    live,
    (event) => event.__typename === type && event.media?.id === mediaId,
  );
  await live.events.return?.();
  return events;
}

describe('a video', () => {
  it('is served remuxed, upright, under an address that may be cached for ever', async () => {
    const { mediaId, status } = await settle(short);
    expect(status).toBe('READY');
    const video = (await readVideo(server.visitor, mediaId))!;
    expect(video).toMatchObject({
      kind: 'VIDEO',
      width: 96,
      height: 160,
      durationMs: 2_005,
      warnings: [],
      sources: [
        { contentType: 'video/mp4', codecs: 'avc1.42c028, mp4a.40.2', width: 96, height: 160 },
      ],
    });
    const [source] = video.sources;
    expect(source?.url).toMatch(/\/r\/[0-9a-f]{32}\/video\.mp4$/);
    const response = await fetch(source!.url);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes).toHaveLength(source!.byteSize);
    expect(await packetsOf(bytes)).toEqual(await packetsOf(short));
    for (const trace of CLIP_TRACES) expect(bytes.includes(trace)).toBe(false);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'video/mp4',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'cache-control': expect.stringMatching(/max-age=31536000.*immutable/),
    });
  });

  it('is sought in by ranges', async () => {
    const { mediaId } = await settle(await clip({ width: 320, height: 240, minBytes: 1_500_000 }));
    const [source] = (await readVideo(server.visitor, mediaId))!.sources;
    const whole = Buffer.from(await (await fetch(source!.url)).arrayBuffer());
    const ask = async (range: string) => {
      const response = await fetch(source!.url, { headers: { range } });
      return { response, bytes: Buffer.from(await response.arrayBuffer()) };
    };
    const size = whole.length;
    for (const [range, from, to] of [
      ['bytes=0-', 0, size],
      ['bytes=1000000-1499999', 1_000_000, 1_500_000],
      ['bytes=-500000', size - 500_000, size],
    ] as const) {
      const { response, bytes } = await ask(range);
      expect(response.status).toBe(206);
      expect(response.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${size}`);
      expect(bytes.equals(whole.subarray(from, to))).toBe(true);
    }
    const { response } = await ask(`bytes=${size}-`);
    expect(response.status).toBe(416);
  });

  it('has the same address whenever it is uploaded', async () => {
    const url = async () => {
      const { mediaId } = await settle(short);
      return (await readVideo(server.visitor, mediaId))!.sources[0]!.url;
    };
    expect(await url()).toBe(await url());
  });

  it('that some browsers cannot play is shown, and staff are told', async () => {
    const { mediaId, status } = await settle(await clip({ profile: 'hevc' }));
    expect(status).toBe('READY');
    expect((await readVideo(north.staff, mediaId))!.warnings).toEqual([
      { code: 'LIMITED_PLAYBACK', message: expect.stringContaining('H.264') },
    ]);
    expect((await readVideo(server.visitor, mediaId))!.warnings).toEqual([]);
  });

  it('that is broken and one that cannot be played fail with errors of their own', async () => {
    const broken = await settle(short.subarray(0, short.length / 2));
    const unplayable = await settle(await clip({ fourcc: 'mp4v' }));
    for (const [{ mediaId, status }, code, words] of [
      [broken, 'UNREADABLE', 'This video is damaged'],
      [unplayable, 'UNPLAYABLE_VIDEO', 'Export it as MP4 with H.264'],
    ] as const) {
      expect(status).toBe('FAILED');
      expect(await readVideo(north.staff, mediaId)).toMatchObject({
        errors: [{ code, message: expect.stringContaining(words) }],
        sources: [],
      });
      expect(await readVideo(server.visitor, mediaId)).toBeNull();
    }
  });

  it('that is a picture with another name is refused when it is completed', async () => {
    const vehicleId = await addVehicle(north.staff);
    const { id } = await sendVideo(north.staff, vehicleId, picture);
    const { userErrors } = await completeUpload(north.staff, id);
    expect(userErrors).toMatchObject([
      { code: 'BYTES_MISMATCH', message: expect.stringContaining('it is image/jpeg') },
    ]);
  });

  it('that failed is tried again', async () => {
    const { vehicleId, mediaId } = await settle(await clip({ fourcc: 'ap4h' }));
    const events = await follow(
      vehicleId,
      async () => {
        await north.staff.expect(
          'mutation ($id: ID!) { retryMedia(input: { id: $id }) { media { id } } }',
          { id: mediaId },
        );
        return mediaId;
      },
      'MediaStatusChanged',
    );
    expect(events.at(-1)?.media?.status).toBe('UPLOADED');
    await expect.poll(async () => (await readVideo(north.staff, mediaId))?.status).toBe('FAILED');
  });

  it('takes the place of no picture, and no picture that of a video', async () => {
    const { vehicleId, mediaId } = await settle(short);
    const photoId = await uploadPhoto(north.staff, vehicleId, picture);
    for (const [bytes, more] of [
      [picture, { replaceMediaId: mediaId }],
      [short, { ...MP4_FILE, replaceMediaId: photoId }],
    ] as const) {
      const { userErrors } = await requestUpload(north.staff, describeFile(vehicleId, bytes, more));
      expect(userErrors).toMatchObject([
        { code: 'INVALID_INPUT', field: ['input', 'contentType'] },
      ]);
    }
  });

  it('may be larger than a picture, up to a limit of its own', async () => {
    const vehicleId = await addVehicle(north.staff);
    const ask = (byteSize: number) =>
      requestUpload(north.staff, { ...describeFile(vehicleId, short, MP4_FILE), byteSize });
    expect((await ask(100_000_000)).userErrors).toEqual([]);
    expect((await ask(100_000_001)).userErrors).toMatchObject([
      { code: 'FILE_TOO_LARGE', limitBytes: 100_000_000, actualBytes: 100_000_001 },
    ]);
  });
});

describe('a poster', () => {
  it('sent with the video, by its upload, is shown with it and is no media of its own', async () => {
    const vehicleId = await addVehicle(north.staff);
    const { id, media } = await sendVideo(north.staff, vehicleId, short);
    await sendPoster(north.staff, vehicleId, id, picture);
    const events = await follow(
      vehicleId,
      async () => {
        await completeUpload(north.staff, id);
        return media.id;
      },
      'MediaStatusChanged',
    );
    expect(events.filter(({ __typename }) => __typename === 'MediaAdded')).toHaveLength(1);
    await expect
      .poll(async () => (await readVideo(server.visitor, media.id))?.poster)
      .toMatchObject({ width: 700, height: 500, format: 'JPEG' });
    const video = (await readVideo(server.visitor, media.id))!;
    expect(video.preview).toMatchObject({ width: 640 });
    expect(video.placeholder).not.toBeNull();
    expect(video).toMatchObject({ width: 96, height: 160, sources: [{}] });
    const response = await fetch(video.poster!.url);
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    expect((await readGallery(north.staff, vehicleId)).media.totalCount).toBe(1);
  });

  it('sent later, by the id of the video, is told to everybody and replaces the one before', async () => {
    const { vehicleId, mediaId } = await settle(short);
    expect(await readVideo(server.visitor, mediaId)).toMatchObject({
      poster: null,
      preview: null,
      placeholder: null,
    });
    const urls = [];
    for (const seed of [1, 2]) {
      const { bytes } = await photo({ width: 400, height: 300, seed });
      const [event] = (
        await follow(
          vehicleId,
          async () => {
            await sendPoster(north.staff, vehicleId, mediaId, bytes);
            return mediaId;
          },
          'MediaUpdated',
        )
      ).slice(-1);
      expect(event).toMatchObject({ __typename: 'MediaUpdated' });
      urls.push((await readVideo(server.visitor, mediaId))!.poster!.url);
    }
    expect(new Set(urls).size).toBe(2);
    const { mediaVersion } = await readGallery(north.staff, vehicleId);
    expect(mediaVersion).toBe(1);
  });

  it('that cannot be opened costs nothing but itself', async () => {
    const { vehicleId, mediaId } = await settle(short);
    const half = picture.subarray(0, picture.length / 2);
    await sendPoster(north.staff, vehicleId, mediaId, half);
    await expect
      .poll(async () => (await readVideo(north.staff, mediaId))!.warnings)
      .toEqual([{ code: 'UNREADABLE_POSTER', message: expect.stringMatching(/^The poster/) }]);
    expect(await readVideo(server.visitor, mediaId)).toMatchObject({
      status: 'READY',
      poster: null,
    });
    await sendPoster(north.staff, vehicleId, mediaId, picture);
    await expect.poll(async () => (await readVideo(north.staff, mediaId))!.warnings).toEqual([]);
  });

  it('belongs to a video of the same vehicle, and is a picture', async () => {
    const { vehicleId, mediaId } = await settle(short);
    const photoId = await uploadPhoto(north.staff, vehicleId, picture);
    const elsewhere = (await settle(short)).mediaId;
    for (const [change, code, field] of [
      [{ posterFor: photoId }, 'NOT_FOUND', 'posterFor'],
      [{ posterFor: elsewhere }, 'NOT_FOUND', 'posterFor'],
      [{ posterFor: 'bm9wZQ' }, 'NOT_FOUND', 'posterFor'],
      [{ posterFor: mediaId, position: 0 }, 'INVALID_INPUT', 'posterFor'],
      [{ posterFor: mediaId, ...MP4_FILE }, 'UNSUPPORTED_MEDIA_TYPE', 'contentType'],
    ] as const) {
      const { userErrors } = await requestUpload(
        north.staff,
        describeFile(vehicleId, picture, change),
      );
      expect(userErrors).toMatchObject([{ code, field: ['input', field] }]);
    }
    const south = await server.dealership('south');
    const { userErrors } = await requestUpload(
      south.staff,
      describeFile(await addVehicle(south.staff), picture, { posterFor: mediaId }),
    );
    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});
