import { html, nothing, type TemplateResult } from 'lit';
import { ref, type Ref } from 'lit/directives/ref.js';
import { addIcon, cameraIcon } from './icons.ts';
import type { SizeLimits } from '../queue/check-file.ts';
import type { Words } from './words.ts';

export interface DropZone {
  readonly words: Words;
  readonly picker: Ref<HTMLInputElement>;
  readonly camera: Ref<HTMLInputElement>;
  readonly accept: string;
  readonly capture: string | null;
  readonly maxFiles: number | null;
  readonly disabled: boolean;
  readonly limits: SizeLimits;
  /** There is something else to see: it takes less room. */
  readonly compact: boolean;
  readonly onFiles: (files: FileList) => void;
}

export function dropZone(zone: DropZone): TemplateResult {
  const { words, picker, camera, accept, capture, disabled } = zone;
  const chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    if (input.files?.length) zone.onFiles(input.files);
    // The same file can be chosen again.
    input.value = '';
  };
  return html`<div class="drop ${zone.compact ? 'compact' : ''}" part="dropzone" tabindex="-1">
    <slot name="dropzone">
      <span class="drop-icon">${addIcon}</span>
      <span class="drop-text">
        <span class="title">${words.say(capture === null ? 'dropTitle' : 'dropTitleTouch')}</span>
        <span class="hint"
          >${words.say('dropHint', {
            limit: words.bytes(zone.limits.image),
            videoLimit: words.bytes(zone.limits.video),
          })}</span
        >
      </span>
    </slot>
    <span class="drop-actions">
      ${
        capture === null
          ? nothing
          : html`<button
              class="action"
              part="button camera-button"
              ?disabled=${disabled}
              @click=${() => camera.value?.click()}
            >
              ${cameraIcon}${words.say('takePhoto')}
            </button>`
      }
      <button
        class="action ${capture === null ? '' : 'quiet'}"
        part="button choose-button"
        ?disabled=${disabled}
        @click=${() => picker.value?.click()}
      >
        ${words.say('choose')}
      </button>
    </span>
    <input
      ${ref(picker)}
      type="file"
      class="picker"
      hidden
      accept=${accept || nothing}
      ?multiple=${zone.maxFiles !== 1}
      ?disabled=${disabled}
      @change=${chosen}
    />
    ${
      capture === null
        ? nothing
        : html`<input
            ${ref(camera)}
            type="file"
            hidden
            accept=${accept || nothing}
            capture=${capture || 'environment'}
            ?disabled=${disabled}
            @change=${chosen}
          />`
    }
  </div>`;
}
