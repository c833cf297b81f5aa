import { html, nothing, type TemplateResult } from 'lit';
import type { UploadTask } from '../queue/upload-task.ts';
import { fileName } from './file-name.ts';
import {
  closeIcon,
  doneIcon,
  pauseIcon,
  photoIcon,
  resumeIcon,
  retryIcon,
  warnIcon,
} from './icons.ts';
import type { Words } from './words.ts';

export interface UploadRowActions {
  readonly cancel: (id: string) => void;
  readonly retry: (id: string) => void;
  readonly pause: (id: string) => void;
  readonly resume: (id: string) => void;
}

/** One file of the queue: what it is, how far it is, and what can be done about it. */
export function uploadRow(
  task: UploadTask,
  words: Words,
  actions: UploadRowActions,
): TemplateResult {
  const { id, file, byteSize, state, failure, sentBytes } = task;
  const name = file.name;
  const share = byteSize === 0 ? 0 : sentBytes / byteSize;
  const quiet = failure?.code === 'DUPLICATE';
  return html`<li class="row ${state} ${quiet ? 'quiet' : ''}" part="item" data-state=${state}>
    <span class="thumb" aria-hidden="true">
      ${photoIcon}<canvas data-preview=${id} width="0" height="0"></canvas>
      ${state === 'ready' ? html`<span class="tick">${doneIcon}</span>` : nothing}
      ${state === 'failed' && !quiet ? html`<span class="tick">${warnIcon}</span>` : nothing}
    </span>
    <span class="what">
      <span class="line"
        >${fileName(name)}<span class="size"
          >${words.bytes(task.awaited?.byteSize ?? file.size)}</span
        ></span
      >
      ${
        failure
          ? html`<span class="problem" part="item-error" dir="auto"
              >${words.failure(failure, byteSize)}</span
            >`
          : html`<span class="state">${stateText(task, words, share)}</span>`
      }
      ${
        task.active
          ? html`<progress
              part="item-progress"
              aria-label=${words.say('progress', { name })}
              max="1"
              value=${state === 'hashing' ? nothing : share}
            ></progress>`
          : nothing
      }
    </span>
    <span class="buttons">
      ${
        failure?.retryable
          ? html`<button
              class="small"
              part="button retry-button"
              aria-label=${words.say('retryFile', { name })}
              @click=${() => actions.retry(id)}
            >
              ${retryIcon}<span>${words.say('retry')}</span>
            </button>`
          : nothing
      }
      ${
        task.pausable || state === 'paused'
          ? html`<button
              class="icon"
              part="button hold-button"
              aria-label=${words.say(state === 'paused' ? 'resumeFile' : 'pauseFile', { name })}
              @click=${() => (state === 'paused' ? actions.resume(id) : actions.pause(id))}
            >
              ${state === 'paused' ? resumeIcon : pauseIcon}
            </button>`
          : nothing
      }
      ${
        task.active || failure
          ? html`<button
              class="icon"
              part="button cancel-button"
              aria-label=${words.say(failure ? 'dismissFile' : 'cancelFile', { name })}
              @click=${() => actions.cancel(id)}
            >
              ${closeIcon}
            </button>`
          : nothing
      }
    </span>
  </li>`;
}

function stateText({ state, ticket, waiting }: UploadTask, words: Words, share: number): string {
  if (waiting) return words.say(waiting === 'network' ? 'stateOffline' : 'stateWaiting');
  switch (state) {
    case 'elsewhere':
      return words.say('stateElsewhere', { percent: words.percent(share) });
    case 'paused':
      return words.say('statePaused');
    case 'hashing':
      return words.say('statePreparing');
    case 'sending':
      return words.say('stateSending', { percent: words.percent(share) });
    case 'completing':
      return words.say('stateCompleting');
    case 'processing':
      return words.say(ticket?.existing ? 'stateStored' : 'stateProcessing');
    case 'ready':
      return words.say(ticket?.existing ? 'stateStored' : 'stateReady');
    default:
      return words.say('stateQueued');
  }
}
