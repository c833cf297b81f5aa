import { failureOf } from '../api-failure.ts';
import type { FileHash } from '../hash/hash-blob.ts';
import { deliver } from './deliver.ts';
import { retrying, type Run, type UploadSteps } from './run.ts';
import { sendParts } from './send-parts.ts';
import { isInParts, type AnsweredMedia } from './upload-api.ts';
import { UploadFailure } from './upload-failure.ts';
import type { UploadTask } from './upload-task.ts';

/** Brings one file from the queue to the server's hands. Rejects as its steps do. */
export async function runUpload(task: UploadTask, steps: UploadSteps): Promise<void> {
  const run = { task, steps, signal: task.signal };
  task.hash ??= await steps.prepare(task, run.signal);
  if (task.state === 'queued') task.moveTo('hashing');
  task.moveTo('requesting');
  const { hash } = task;

  let resent = false;
  let renewed = false;
  for (;;) {
    try {
      await obtainTicket(run, hash);
      await sendBytes(run);
      const { existing } = task.ticket ?? {};
      if (existing !== undefined) steps.alreadyStored(task, existing);
      task.moveTo('completing');
      const media = await complete(run, hash);
      await steps.sendPoster(run, media);
      task.moveTo('processing');
      return steps.accepted(task, media);
    } catch (error) {
      run.signal.throwIfAborted();
      const { code } = failureOf(error);
      if (code === 'BYTES_MISSING' && !resent) {
        resent = true;
        task.forgetTarget();
      } else if (!renewed && (code === 'UPLOAD_EXPIRED' || (code === 'NOT_FOUND' && task.ticket))) {
        renewed = true;
        task.dropTicket();
        task.moveTo('requesting');
      } else {
        throw error;
      }
    }
  }
}

/** A ticket of an earlier run is asked anew where the bytes go. */
async function obtainTicket(run: Run, hash: FileHash): Promise<void> {
  const { task, steps, signal } = run;
  const { ticket } = task;
  if (ticket?.target !== undefined) return;
  task.ticket = await retrying(run, () =>
    ticket ? steps.refresh(ticket.uploadId, signal) : steps.requestTicket(task, hash, signal),
  );
  task.mediaId = task.ticket.mediaId;
}

async function complete(run: Run, hash: FileHash): Promise<AnsweredMedia | null> {
  const { task, steps, signal } = run;
  const { ticket } = task;
  if (!ticket) throw new UploadFailure('UPLOAD_EXPIRED');
  return retrying(run, () => steps.complete(ticket.uploadId, hash, signal));
}

/** Resolves when the store has the bytes. */
async function sendBytes(run: Run): Promise<void> {
  const { task, steps, signal } = run;
  const { target } = task.ticket ?? {};
  if (isInParts(target)) return sendParts(run, target);
  await deliver(run, {
    body: task.body,
    address: () => {
      const now = task.ticket?.target;
      return now && !isInParts(now) ? now : null;
    },
    onProgress: (bytes) => task.sent(bytes),
    renew: async () => {
      const { uploadId } = task.ticket ?? {};
      if (uploadId) task.ticket = await retrying(run, () => steps.refresh(uploadId, signal));
    },
  });
}
