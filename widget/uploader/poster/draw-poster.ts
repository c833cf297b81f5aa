/** Pixels of the longer side: as large as most players are. */
const LONGEST_SIDE = 1280;
/** Often the first frame is black, or shows the ground. */
const AT_SECONDS = 1;
const PATIENCE_MS = 20_000;
/** After a frame was sought; some browsers tell of none that nobody sees. */
const FRAME_MS = 500;

const drawn = new WeakMap<File, Promise<Blob | null>>();

/** Null where the browser cannot play the video. Drawn once. */
export function drawPoster(file: File): Promise<Blob | null> {
  let poster = drawn.get(file);
  if (!poster) drawn.set(file, (poster = draw(file).catch(() => null)));
  return poster;
}

async function draw(file: File): Promise<Blob | null> {
  const video = document.createElement('video');
  const url = URL.createObjectURL(file);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    video.muted = video.playsInline = true;
    video.preload = 'auto';
    const opened = heard(video, 'loadeddata', signal);
    video.src = url;
    await opened;
    const at = Math.min(AT_SECONDS, video.duration / 2);
    const sought = heard(video, 'seeked', signal);
    const drawable = frameAt(video, at);
    video.currentTime = at;
    await sought;
    await Promise.race([drawable, new Promise((resolve) => setTimeout(resolve, FRAME_MS))]);
    const { videoWidth, videoHeight } = video;
    const scale = Math.min(1, LONGEST_SIDE / Math.max(videoWidth, videoHeight));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(videoWidth * scale);
    canvas.height = Math.round(videoHeight * scale);
    canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85));
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  }
}

/** When a busy browser has the frame: it tells that it has sought before that. */
function frameAt(video: HTMLVideoElement, at: number): Promise<void> {
  if (!('requestVideoFrameCallback' in video)) return Promise.resolve();
  return new Promise((resolve) => {
    const look = (_: number, { mediaTime }: { mediaTime: number }): void => {
      if (mediaTime >= at / 2) resolve();
      else video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  });
}

/** Rejects when the video breaks, or at the signal. */
function heard(video: HTMLVideoElement, type: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = new AbortController();
    const on = (name: string, target: EventTarget, act: () => void): void =>
      target.addEventListener(
        name,
        () => {
          end.abort();
          act();
        },
        { signal: end.signal },
      );
    on(type, video, resolve);
    on('error', video, () => reject(video.error));
    on('abort', signal, () => reject(signal.reason));
  });
}
