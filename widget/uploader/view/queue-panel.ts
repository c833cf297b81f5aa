import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { UploadQueue } from '../queue/upload-queue.ts';
import { doneIcon, pauseIcon, resumeIcon, retryIcon } from './icons.ts';
import { uploadRow } from './upload-row.ts';
import type { Words } from './words.ts';

/** The files on their way, above them all of them together. */
export function queuePanel(
  queue: UploadQueue,
  words: Words,
  retry: (id: string) => void,
): TemplateResult | typeof nothing {
  const { tasks, paused, active } = queue;
  if (tasks.length === 0) return nothing;
  const failed = tasks.filter(({ failure }) => failure?.retryable).length;
  const clearable = tasks.some(
    ({ state, failure }) => state === 'ready' || (failure && !failure.retryable),
  );
  const actions = {
    cancel: (id: string) => queue.cancel(id),
    retry,
    pause: (id: string) => queue.pause(id),
    resume: (id: string) => queue.resume(id),
  };
  return html`<section class="queue" part="queue" aria-label=${words.say('uploads')}>
    <div class="overall" part="overall">
      ${overall(queue, words)}
      <span class="buttons">
        ${
          active
            ? smallButton(
                paused ? 'resumeAll' : 'pauseAll',
                paused ? resumeIcon : pauseIcon,
                words,
                () => (paused ? queue.resume() : queue.pause()),
              )
            : nothing
        }
        ${failed > 1 ? smallButton('retryAll', retryIcon, words, () => queue.retry()) : nothing}
        ${
          clearable && !active
            ? smallButton('clearFinished', doneIcon, words, () => queue.clearFinished())
            : nothing
        }
      </span>
    </div>
    <ul class="rows" role="list" tabindex="0" aria-label=${words.say('uploads')}>
      ${repeat(
        tasks,
        ({ id }) => id,
        (task) => uploadRow(task, words, actions),
      )}
    </ul>
  </section>`;
}

function overall(queue: UploadQueue, words: Words): TemplateResult {
  const { total, finished, failed, sentBytes, totalBytes, secondsLeft } = queue.summary;
  const { active, paused, tasks } = queue;
  const parts: string[] = [];
  if (active) {
    const sent = words.bytes(sentBytes);
    parts.push(words.say('bytesSent', { sent, total: words.bytes(totalBytes) }));
    if (secondsLeft !== null && !paused) {
      parts.push(words.say('timeLeft', { time: words.duration(secondsLeft) }));
    }
  }
  const preparing = tasks.filter(({ state }) => state === 'processing').length;
  if (!active && preparing > 0) parts.push(words.say('stillPreparing', { count: preparing }));
  const attention = tasks.filter(({ state }) => state === 'failed').length;
  if (attention > 0) parts.push(words.say('needAttention', { count: attention }));
  const title = paused
    ? words.say('paused')
    : active
      ? words.say('uploading', { current: Math.min(finished + failed + 1, total), total })
      : finished > 0
        ? words.say('uploaded', { count: finished })
        : words.say('uploads');
  return html`<span class="what">
    <span class="title">${title}</span>
    <span class="hint">${parts.join(' · ')}</span>
    ${
      active
        ? html`<progress
            part="overall-progress"
            aria-label=${title}
            max="1"
            .value=${totalBytes === 0 ? 0 : sentBytes / totalBytes}
          ></progress>`
        : nothing
    }
  </span>`;
}

function smallButton(
  name: 'pauseAll' | 'resumeAll' | 'retryAll' | 'clearFinished',
  icon: TemplateResult,
  words: Words,
  onClick: () => void,
): TemplateResult {
  return html`<button class="small" part="button" @click=${onClick}>
    ${icon}<span>${words.say(name)}</span>
  </button>`;
}
