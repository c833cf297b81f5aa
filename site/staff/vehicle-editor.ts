import { html, nothing, type TemplateResult } from 'lit';
import type { VehicleStatus } from '../vehicle-words.ts';
import { confirmAction } from './confirm-action.ts';
import {
  DELETE_VEHICLE,
  VEHICLE,
  type DeleteVehicleData,
  type VehicleData,
  type VehicleDetails,
} from './documents.ts';
import { errorSummary, type FormProblems } from './error-summary.ts';
import { LightElement } from './light-element.ts';
import { staffVehiclePath } from './route.ts';
import { saveVehicle } from './save-vehicle.ts';
import { failureText, type StaffContext } from './staff-context.ts';
import { statusPanel } from './status-panel.ts';
import type { StaffStorageUsage } from './storage-usage.ts';
import {
  draftOf,
  emptyDraft,
  isSameDraft,
  rebaseDraft,
  type DraftField,
  type VehicleDraft,
} from './vehicle-draft.ts';
import { vehicleFields } from './vehicle-fields.ts';
import type { StatusChange } from './vehicle-status.ts';

type Phase = 'loading' | 'ready' | 'missing' | 'failed';

const NO_PROBLEMS: FormProblems = { fields: {}, form: [] };

const PHOTOS_LATER = html`<section class="panel" aria-labelledby="photos-title">
  <h2 id="photos-title">Photos</h2>
  <p class="hint">Photos can be dropped in as soon as the vehicle has been added.</p>
</section>`;

/** Adds a vehicle, or edits one: its photos, details and status. */
export class StaffVehicleEditor extends LightElement {
  static override properties = {
    context: { attribute: false },
    vehicleId: { attribute: false },
  };

  declare context: StaffContext;
  /** Null while the vehicle is new. */
  declare vehicleId: string | null;

  #phase: Phase = 'loading';
  #failure = '';
  #vehicle: VehicleDetails | null = null;
  #saved: VehicleDraft = emptyDraft();
  #draft: VehicleDraft = emptyDraft();
  #problems: FormProblems = NO_PROBLEMS;
  #isBusy = false;
  #mediaToken = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.context.session.addEventListener('change', this.#onSessionChange);
    if (this.vehicleId === null) this.#phase = 'ready';
    else void this.#load(this.vehicleId);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.context.session.removeEventListener('change', this.#onSessionChange);
    this.context.router.guard = null;
  }

  get #isDirty(): boolean {
    return !isSameDraft(this.#draft, this.#saved);
  }

  #onSessionChange = (): void => {
    const isBack = this.context.session.state === 'active';
    if (isBack && this.#phase === 'failed' && this.vehicleId !== null) {
      void this.#load(this.vehicleId);
    }
    this.requestUpdate();
  };

  async #load(id: string): Promise<void> {
    this.#phase = 'loading';
    this.requestUpdate();
    try {
      const { vehicle } = await this.context.ask<VehicleData>(VEHICLE, { id });
      this.#phase = vehicle === null ? 'missing' : 'ready';
      if (vehicle !== null) this.#show(vehicle, draftOf(vehicle));
    } catch (error) {
      this.#phase = 'failed';
      this.#failure = failureText(error);
    }
    this.requestUpdate();
  }

  #show(vehicle: VehicleDetails, draft: VehicleDraft): void {
    this.#vehicle = vehicle;
    this.#saved = draftOf(vehicle);
    this.#draft = draft;
    this.#problems = NO_PROBLEMS;
    this.context.setTitle(vehicle.title || 'Untitled vehicle');
    this.#guardDraft();
  }

  #guardDraft(): void {
    this.context.router.guard = this.#isDirty
      ? () =>
          confirmAction({
            title: 'Leave without saving?',
            text: 'What you typed on this page has not been saved.',
            confirmLabel: 'Leave',
            isDangerous: true,
          })
      : null;
  }

  #onInput = (name: DraftField, value: string): void => {
    this.#draft = { ...this.#draft, [name]: value };
    const { [name]: _mended, ...fields } = this.#problems.fields;
    this.#problems = { ...this.#problems, fields };
    this.#guardDraft();
    this.requestUpdate();
  };

  #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const isNew = this.#vehicle === null;
    void this.#save(undefined, isNew ? 'Added as a draft' : 'Saved');
  };

  #onStatus = (change: StatusChange): void => {
    void this.#save(change.to, change.done);
  };

  async #save(status: VehicleStatus | undefined, done: string): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.requestUpdate();
    const sent = this.#draft;
    const saved = this.#vehicle && { id: this.#vehicle.id, draft: this.#saved };
    try {
      const result = await saveVehicle(this.context, saved, sent, status);
      if ('vehicle' in result) {
        this.#show(result.vehicle, rebaseDraft(sent, this.#draft, draftOf(result.vehicle)));
        this.context.notify(done);
        if (saved === null) await this.#goToAdded(result.vehicle.id);
      } else {
        this.#problems = result;
        await this.#focusFirstError();
      }
    } catch (error) {
      this.#problems = { fields: {}, form: [failureText(error)] };
      await this.#focusFirstError();
    } finally {
      this.#isBusy = false;
      this.requestUpdate();
    }
  }

  async #goToAdded(id: string): Promise<void> {
    this.context.router.guard = null;
    await this.context.router.go(staffVehiclePath(id));
  }

  async #focusFirstError(): Promise<void> {
    this.requestUpdate();
    await this.updateComplete;
    // In an open log-in dialog the person is busy with something else.
    if (document.querySelector('dialog[open]') !== null) return;
    const target =
      this.querySelector<HTMLElement>('[aria-invalid="true"]') ??
      this.querySelector<HTMLElement>('.editor-form .alert');
    target?.focus();
    target?.scrollIntoView({ block: 'center' });
  }

  #onDelete = async (): Promise<void> => {
    const vehicle = this.#vehicle;
    if (vehicle === null || this.#isBusy) return;
    const isSure = await confirmAction({
      title: 'Delete this vehicle?',
      text: `${vehicle.title || 'This vehicle'} and its photos disappear from every page.`,
      confirmLabel: 'Delete',
      isDangerous: true,
    });
    if (!isSure) return;
    this.#isBusy = true;
    this.requestUpdate();
    try {
      const { deleteVehicle } = await this.context.ask<DeleteVehicleData>(DELETE_VEHICLE, {
        input: { id: vehicle.id },
      });
      const [userError] = deleteVehicle.userErrors;
      if (userError === undefined) {
        this.context.router.guard = null;
        this.context.notify(`${vehicle.title || 'The vehicle'} was deleted`);
        await this.context.router.go('/staff');
      } else this.context.notify(userError.message);
    } catch (error) {
      this.context.notify(failureText(error));
    } finally {
      this.#isBusy = false;
      this.requestUpdate();
    }
  };

  #onTokenExpired = (): void => {
    this.context.session.expire(this.context.session.token);
  };

  #onMediaChange = (): void => {
    void this.querySelector<StaffStorageUsage>('staff-storage-usage')?.refresh();
  };

  #photos(vehicle: VehicleDetails): TemplateResult {
    this.#mediaToken = this.context.session.token ?? this.#mediaToken;
    return html`<div class="panel photos-panel">
      <h2>Photos</h2>
      <vehicle-media
        mode="manage"
        endpoint="/graphql"
        vehicle=${vehicle.id}
        .token=${this.#mediaToken}
        @vm-token-expired=${this.#onTokenExpired}
        @vm-media-change=${this.#onMediaChange}
      ></vehicle-media>
      <staff-storage-usage .context=${this.context} .vehicleId=${vehicle.id}></staff-storage-usage>
    </div>`;
  }

  #form(): TemplateResult {
    const isNew = this.#vehicle === null;
    const label = isNew ? 'Add vehicle' : 'Save changes';
    return html`<section class="panel" aria-labelledby="details-title">
      <h2 id="details-title">Details</h2>
      <form class="editor-form" novalidate @submit=${this.#onSubmit}>
        ${errorSummary(this.#problems)}
        ${vehicleFields(this.#draft, this.#problems.fields, this.#onInput)}
        <div class="editor-actions">
          <button
            class="button button-primary"
            type="submit"
            aria-disabled=${this.#isBusy ? 'true' : nothing}
          >
            ${this.#isBusy ? 'Saving…' : label}
          </button>
          ${this.#isDirty && !isNew ? html`<span class="hint">Not saved yet</span>` : nothing}
        </div>
      </form>
    </section>`;
  }

  #problem(): TemplateResult {
    const id = this.vehicleId;
    if (this.#phase === 'missing') {
      return html`<div class="panel empty">
        <p>It may have been deleted, or it belongs to another dealership.</p>
        <a class="button" href="/staff">Go to the vehicles</a>
      </div>`;
    }
    return html`<div class="panel empty" role="alert">
      <p>${this.#failure}</p>
      <button class="button" @click=${() => id !== null && this.#load(id)}>Try again</button>
    </div>`;
  }

  #heading(): string {
    if (this.vehicleId === null) return 'Add a vehicle';
    if (this.#vehicle !== null) return this.#vehicle.title || 'Untitled vehicle';
    if (this.#phase === 'missing') return 'This vehicle is not here';
    return this.#phase === 'failed' ? 'The vehicle could not be loaded' : 'Loading…';
  }

  override render() {
    const isReady = this.#phase === 'ready';
    return html`<nav class="breadcrumb" aria-label="Breadcrumb">
        <ol>
          <li><a href="/staff">Vehicles</a></li>
          <li aria-current="page"><bdi>${this.#heading()}</bdi></li>
        </ol>
      </nav>
      <div class="editor-head">
        <h1 tabindex="-1"><bdi>${this.#heading()}</bdi></h1>
      </div>
      ${this.#phase === 'missing' || this.#phase === 'failed' ? this.#problem() : nothing}
      ${
        isReady
          ? html`<div class="editor">
              <aside class="editor-side" aria-label=${this.#vehicle === null ? 'Photos' : 'Status'}>
                ${
                  this.#vehicle === null
                    ? PHOTOS_LATER
                    : statusPanel(this.#vehicle, {
                        isDirty: this.#isDirty,
                        isBusy: this.#isBusy,
                        onStatus: this.#onStatus,
                        onDelete: this.#onDelete,
                      })
                }
              </aside>
              <div class="editor-main">
                ${this.#vehicle === null ? nothing : this.#photos(this.#vehicle)} ${this.#form()}
              </div>
            </div>`
          : nothing
      }`;
  }
}
