import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
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

  override render(): TemplateResult | typeof nothing {
    const usage = this.#usage;
    if (usage === null) return nothing;
    const { total, limitBytes, limitCount, images, videos } = usage;
    const bytes = total.usedBytes + total.reservedBytes;
    const files = [
      limitCount === null
        ? null
        : `${total.usedCount + total.reservedCount} of ${limitCount} photos and videos`,
      videos.usedBytes > 0
        ? `${sizeWords(images.usedBytes)} in photos, ${sizeWords(videos.usedBytes)} in videos`
        : null,
      total.reservedBytes > 0 ? `${sizeWords(total.reservedBytes)} still on the way` : null,
    ].filter((words) => words !== null);
    return html`<div class="storage-usage">
      <p class="storage-usage-words" id="storage-usage-words">
        Storage:
        ${sizeWords(bytes)}${limitBytes === null ? nothing : html` of ${sizeWords(limitBytes)}`}
      </p>
      ${
        limitBytes === null
          ? nothing
          : html`<meter
              aria-labelledby="storage-usage-words"
              min="0"
              max=${limitBytes}
              high=${limitBytes * 0.9}
              value=${bytes}
            ></meter>`
      }
      ${files.length === 0 ? nothing : html`<p class="hint">${files.join(' · ')}</p>`}
    </div>`;
  }
}
