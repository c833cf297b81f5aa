/** Pixels of the longer side: as large as most players are. */
const LONGEST_SIDE = 1280;
/** Often the first frame is black, or shows the ground. */
const AT_SECONDS = 1;
const PATIENCE_MS = 20_000;

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
    const sought = heard(video, 'seeked', signal);
    video.currentTime = Math.min(AT_SECONDS, video.duration / 2);
    await sought;
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
