import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { countWords, priceWords, STATUS_WORDS } from '../vehicle-words.ts';
import { VEHICLE_LIST, type ListedVehicle, type VehicleListData } from './documents.ts';
import { icon } from './icon.ts';
import { LightElement } from './light-element.ts';
import { LIST_VIEWS, listPath, staffVehiclePath, type ListView } from './route.ts';
import { failureText, type StaffContext } from './staff-context.ts';

const PAGE_SIZE = 24;
const TYPING_PAUSE_MS = 250;

function row(vehicle: ListedVehicle): TemplateResult {
  const { heroMedia, media, price, status } = vehicle;
  const preview = heroMedia?.preview;
  const photos =
    media.totalCount === 0 ? 'No photos' : countWords(media.totalCount, 'photo', 'photos');
  const facts = [vehicle.stockNumber, vehicle.vin].filter(Boolean).join(' · ');
  return html`<li class="row">
    ${
      preview
        ? html`<div class="frame">
            <img
              src=${preview.url}
              srcset=${heroMedia.srcset || nothing}
              sizes="112px"
              width=${preview.width}
              height=${preview.height}
              alt=""
              loading="lazy"
            />
          </div>`
        : html`<div class="frame frame-empty" aria-hidden="true">No photos</div>`
    }
    <h2 class="row-title">
      <a href=${staffVehiclePath(vehicle.id)}><bdi>${vehicle.title || 'Untitled vehicle'}</bdi></a>
    </h2>
    <p class="row-facts">${facts}</p>
    <p class="row-photos">${photos}</p>
    ${
      price === null
        ? html`<p class="row-price row-price-none">No price</p>`
        : html`<p class="row-price">${priceWords(price)}</p>`
    }
    <span class="badge badge-${status.toLowerCase()}">${STATUS_WORDS[status]}</span>
  </li>`;
}

const SKELETON = html`<ul class="rows" aria-hidden="true">
  ${Array.from(
    { length: 6 },
    () =>
      html`<li class="row row-skeleton">
        <div class="frame"></div>
        <span class="row-title">.</span>
      </li>`,
  )}
</ul>`;

/** The dealership's vehicles, found by words and status; the address holds both. */
export class StaffVehicleList extends LightElement {
  static override properties = {
    context: { attribute: false },
    view: { attribute: false },
    search: { attribute: false },
  };

  declare context: StaffContext;
  declare view: ListView;
  declare search: string;

  #typed = '';
  #vehicles: ListedVehicle[] | null = null;
  #totalCount = 0;
  #endCursor: string | null = null;
  #failure = '';
  #loading: 'page' | 'more' | null = null;
  #request = new AbortController();
  #typingPause: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.context.session.addEventListener('change', this.#onSessionChange);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('view') && !changed.has('search')) return;
    if (this.search !== this.#typed.trim()) this.#typed = this.search;
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typingPause);
    this.#request.abort();
    this.context.session.removeEventListener('change', this.#onSessionChange);
  }

  #onSessionChange = (): void => {
    if (this.context.session.state === 'active' && this.#failure !== '') void this.#load();
  };

  #onSearch = (event: Event): void => {
    this.#typed = (event.target as HTMLInputElement).value;
    clearTimeout(this.#typingPause);
    this.#typingPause = setTimeout(this.#applySearch, TYPING_PAUSE_MS);
  };

  #onSubmit = (event: Event): void => {
    event.preventDefault();
    clearTimeout(this.#typingPause);
    this.#applySearch();
  };

  #applySearch = (): void => {
    this.search = this.#typed.trim();
    this.context.router.replace(listPath(this.view, this.search));
  };

  #clearSearch = (): void => {
    this.#typed = '';
    this.#applySearch();
    this.querySelector<HTMLElement>('#search')?.focus();
  };

  /** Reads the first page, or the next one after what is shown. */
  async #load(after: string | null = null): Promise<void> {
    this.#request.abort();
    const request = new AbortController();
    this.#request = request;
    this.#loading = after === null ? 'page' : 'more';
    this.#failure = '';
    this.requestUpdate();
    const filter = {
      ...LIST_VIEWS[this.view].filter,
      ...(this.search === '' ? {} : { search: this.search.slice(0, 100) }),
    };
    try {
      const { vehicles } = await this.context.ask<VehicleListData>(
        VEHICLE_LIST,
        { first: PAGE_SIZE, after, filter },
        request.signal,
      );
      const shown = after === null ? [] : (this.#vehicles ?? []);
      const known = new Set(shown.map(({ id }) => id));
      this.#vehicles = [...shown, ...vehicles.nodes.filter(({ id }) => !known.has(id))];
      this.#totalCount = vehicles.totalCount;
      this.#endCursor = vehicles.pageInfo.hasNextPage ? vehicles.pageInfo.endCursor : null;
    } catch (error) {
      if (request.signal.aborted) return;
      this.#failure = failureText(error);
    }
    this.#loading = null;
    this.requestUpdate();
  }

  #onMore = async (): Promise<void> => {
    if (this.#loading !== null) return;
    const shown = this.#vehicles?.length ?? 0;
    await this.#load(this.#endCursor);
    await this.updateComplete;
    this.querySelectorAll<HTMLElement>('.row-title a')[shown]?.focus();
  };

  #countText(): string {
    if (this.#vehicles === null) return 'Loading vehicles…';
    const found = countWords(this.#totalCount, 'vehicle', 'vehicles');
    return this.search === '' ? found : `${found} for “${this.search}”`;
  }

  #content(): TemplateResult {
    if (this.#failure !== '' && (this.#vehicles === null || this.#loading === null)) {
      return html`<div class="panel empty" role="alert">
        <h2>The vehicles could not be loaded</h2>
        <p>${this.#failure}</p>
        <button class="button" @click=${() => this.#load()}>Try again</button>
      </div>`;
    }
    if (this.#vehicles === null) return SKELETON;
    if (this.#vehicles.length === 0) return this.#nothingFound();
    return html`<ul class="rows" aria-busy=${this.#loading === 'page' ? 'true' : 'false'}>
        ${repeat(this.#vehicles, ({ id }) => id, row)}
      </ul>
      ${
        this.#endCursor === null
          ? nothing
          : html`<div class="more">
              <button class="button" @click=${this.#onMore}>
                ${this.#loading === 'more' ? 'Loading…' : 'Load more'}
              </button>
            </div>`
      }`;
  }

  #nothingFound(): TemplateResult {
    if (this.search !== '') {
      return html`<div class="panel empty">
        <h2>Nothing matches that search</h2>
        <p>Try fewer words, or look in another tab.</p>
        <button class="button" @click=${this.#clearSearch}>Clear the search</button>
      </div>`;
    }
    if (this.view === 'without-photos') {
      return html`<div class="panel empty">
        <h2>Every vehicle has photos</h2>
        <p>Vehicles without any appear here.</p>
      </div>`;
    }
    return html`<div class="panel empty">
      <h2>${this.view === 'all' ? 'No vehicles yet' : 'No vehicles here'}</h2>
      <p>
        ${
          this.view === 'all'
            ? 'Add the first one, then drop its photos in.'
            : `No vehicle has the status “${LIST_VIEWS[this.view].label}”.`
        }
      </p>
      <a class="button button-primary" href="/staff/vehicles/new">Add a vehicle</a>
    </div>`;
  }

  override render() {
    const views = Object.entries(LIST_VIEWS) as [ListView, { label: string }][];
    return html`<div class="list-head">
        <h1 tabindex="-1">Vehicles</h1>
        <a class="button button-primary" href="/staff/vehicles/new">${icon('plus')}Add vehicle</a>
      </div>
      <div class="list-tools">
        <form class="field list-search" role="search" @submit=${this.#onSubmit}>
          <label class="visually-hidden" for="search">Search vehicles</label>
          <div class="list-search">
            ${icon('search')}
            <input
              id="search"
              type="search"
              autocomplete="off"
              maxlength="100"
              placeholder="Make, model, VIN, stock number"
              .value=${live(this.#typed)}
              @input=${this.#onSearch}
            />
          </div>
        </form>
        <nav class="views" aria-label="Vehicles by status">
          ${views.map(
            ([view, { label }]) =>
              html`<a
                href=${listPath(view, this.search)}
                aria-current=${view === this.view ? 'page' : nothing}
                >${label}</a
              >`,
          )}
        </nav>
      </div>
      <p class="list-count" role="status">${this.#countText()}</p>
      ${this.#content()}
      <staff-storage-usage .context=${this.context} .vehicleId=${null}></staff-storage-usage>`;
  }
}
