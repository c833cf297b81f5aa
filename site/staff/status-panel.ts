import { html, nothing, type TemplateResult } from 'lit';
import { STATUS_WORDS } from '../vehicle-words.ts';
import type { VehicleDetails } from './documents.ts';
import { icon } from './icon.ts';
import { dayWords } from './moments.ts';
import { STATUS_CHANGES, STATUS_HINTS, type StatusChange } from './vehicle-status.ts';

export interface StatusActions {
  /** Typed text is saved along with a new status. */
  isDirty: boolean;
  isBusy: boolean;
  onStatus: (change: StatusChange) => void;
  onDelete: () => void;
}

/** Who can see a vehicle, since when, and what may be done about it. */
export function statusPanel(vehicle: VehicleDetails, actions: StatusActions): TemplateResult {
  const { status } = vehicle;
  return html`<section class="panel status-panel" aria-labelledby="status-title">
    <h2 id="status-title" class="panel-title">
      Status <span class="badge badge-${status.toLowerCase()}">${STATUS_WORDS[status]}</span>
    </h2>
    <p class="hint">${STATUS_HINTS[status]}</p>
    <div class="status-actions">
      ${STATUS_CHANGES[status].map(
        (change) =>
          html`<button
            class="button ${change.isPrimary ? 'button-primary' : ''}"
            type="button"
            aria-disabled=${actions.isBusy ? 'true' : nothing}
            @click=${() => actions.onStatus(change)}
          >
            ${actions.isDirty ? `Save and ${change.label.toLowerCase()}` : change.label}
          </button>`,
      )}
    </div>
    <dl class="dates">
      <div>
        <dt>Added</dt>
        <dd>${dayWords(vehicle.createdAt)}</dd>
      </div>
      <div>
        <dt>Changed</dt>
        <dd>${dayWords(vehicle.updatedAt)}</dd>
      </div>
      ${
        vehicle.publishedAt === null
          ? nothing
          : html`<div>
              <dt>Published</dt>
              <dd>${dayWords(vehicle.publishedAt)}</dd>
            </div>`
      }
    </dl>
    <div class="side-links">
      ${
        status === 'PUBLISHED'
          ? html`<a
              class="text-button"
              href="/vehicles/${encodeURIComponent(vehicle.id)}"
              target="_blank"
              rel="noopener"
              >${icon('external')}Open the public page<span class="visually-hidden"
                >, in a new tab</span
              ></a
            >`
          : nothing
      }
      <button class="text-button text-button-danger" type="button" @click=${actions.onDelete}>
        ${icon('trash')}Delete vehicle
      </button>
    </div>
  </section>`;
}
