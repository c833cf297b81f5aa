import { html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { sizeWords } from '../vehicle-words.ts';
import {
  DEALERSHIP_USAGE,
  VEHICLE_USAGE,
  type DealershipUsageData,
  type StorageUsage,
  type VehicleUsageData,
} from './documents.ts';
import { LightElement } from './light-element.ts';
import type { StaffContext } from './staff-context.ts';

/** Units that the bar is long. */
const BAR = 1000;
/** The part of the room from which on it is said that little is left. */
const TIGHT = 0.9;

interface Share {
  kind: string;
  bytes: number;
  words: string;
}

/** How much room photos and videos take: of one vehicle, or of the whole dealership. */
export class StaffStorageUsage extends LightElement {
  static override properties = {
    context: { attribute: false },
    vehicleId: { attribute: false },
  };

  declare context: StaffContext;
  /** Null for the dealership. */
  declare vehicleId: string | null;

  #usage: StorageUsage | null = null;
  #request = new AbortController();

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('vehicleId')) void this.refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#request.abort();
  }

  /** Reads it anew. What cannot be read is left out: the page around it says what is wrong. */
  async refresh(): Promise<void> {
    this.#request.abort();
    const request = new AbortController();
    this.#request = request;
    try {
      this.#usage = await this.#read(request.signal);
    } catch {
      return;
    }
    this.requestUpdate();
  }

  async #read(signal: AbortSignal): Promise<StorageUsage | null> {
    const { context, vehicleId: id } = this;
    if (id === null) {
      const { viewer } = await context.ask<DealershipUsageData>(DEALERSHIP_USAGE, {}, signal);
      return viewer?.dealership.storageUsage ?? null;
    }
    const { vehicle } = await context.ask<VehicleUsageData>(VEHICLE_USAGE, { id }, signal);
    return vehicle?.storageUsage ?? null;
  }

  #bar(shares: readonly Share[], room: number): TemplateResult {
    let start = 0;
    return html`<svg
      class="usage-bar"
      viewBox="0 0 ${BAR} 10"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      ${shares.map(({ kind, bytes }) => {
        // What is there is seen, however little it is.
        const width = Math.max(4, (bytes / room) * BAR);
        const part = svg`<rect class="usage-${kind}" x=${start} width=${width} height="10" />`;
        start += width;
        return part;
      })}
    </svg>`;
  }

  override render(): TemplateResult | typeof nothing {
    const usage = this.#usage;
    if (usage === null) return nothing;
    const { total, limitBytes, limitCount, images, videos } = usage;
    const bytes = total.usedBytes + total.reservedBytes;
    const shares: readonly Share[] = [
      { kind: 'images', bytes: images.usedBytes, words: 'in photos' },
      { kind: 'videos', bytes: videos.usedBytes, words: 'in videos' },
      { kind: 'reserved', bytes: total.reservedBytes, words: 'still on the way' },
    ].filter((share) => share.bytes > 0);
    const room = Math.max(1, bytes, limitBytes ?? 0);
    const isTight = limitBytes !== null && bytes > limitBytes * TIGHT;
    return html`<div class="storage-usage">
      <p class="storage-usage-words" id="storage-usage-words">
        Storage:
        ${sizeWords(bytes)}${limitBytes === null ? nothing : html` of ${sizeWords(limitBytes)}`}
      </p>
      ${
        limitBytes === null
          ? this.#bar(shares, room)
          : html`<div
              role="meter"
              aria-labelledby="storage-usage-words"
              aria-valuemin="0"
              aria-valuemax=${limitBytes}
              aria-valuenow=${bytes}
              aria-valuetext="${sizeWords(bytes)} of ${sizeWords(limitBytes)}"
            >
              ${this.#bar(shares, room)}
            </div>`
      }
      ${
        isTight
          ? html`<p class="field-error">Almost full: delete what is not needed any more.</p>`
          : nothing
      }
      <ul class="usage-shares">
        ${shares.map(
          (share) =>
            html`<li class="usage-${share.kind}">${sizeWords(share.bytes)} ${share.words}</li>`,
        )}
        ${
          limitCount === null
            ? nothing
            : html`<li>
                ${total.usedCount + total.reservedCount} of ${limitCount} photos and videos
              </li>`
        }
      </ul>
    </div>`;
  }
}
