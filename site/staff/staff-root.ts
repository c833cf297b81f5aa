import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { live } from 'lit/directives/live.js';
import { VIEWER, type Viewer, type ViewerData } from './documents.ts';
import { LightElement } from './light-element.ts';
import type { DemoAccount } from './log-in.ts';
import { StaffContext } from './staff-context.ts';

const NOTICE_MS = 6000;

/** The staff pages: log-in, then the page that the address names. */
export class StaffRoot extends LightElement {
  static override properties = {
    demoEmail: { attribute: 'demo-email' },
    demoPassword: { attribute: 'demo-password' },
  };

  declare demoEmail: string | null;
  declare demoPassword: string | null;

  readonly #context = new StaffContext();
  #viewer: Viewer | null = null;
  #notice = '';
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.demoEmail = null;
    this.demoPassword = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#context.session.addEventListener('change', this.#onSessionChange);
    this.#context.router.addEventListener('change', this.#onRouteChange);
    this.#context.addEventListener('notice', this.#onNotice);
    this.#nameRoute();
    if (this.#context.session.state === 'active') void this.#loadViewer();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#context.session.removeEventListener('change', this.#onSessionChange);
    this.#context.router.removeEventListener('change', this.#onRouteChange);
    this.#context.removeEventListener('notice', this.#onNotice);
  }

  get #demoAccount(): DemoAccount | null {
    const { demoEmail: email, demoPassword: password } = this;
    return email !== null && password !== null ? { email, password } : null;
  }

  #onSessionChange = async (): Promise<void> => {
    const { state } = this.#context.session;
    // A token that was refused from the start leaves nothing to come back to.
    if (state === 'expired' && this.#viewer === null) return this.#context.session.end();
    if (state === 'anonymous') this.#viewer = null;
    const wasOpen = this.querySelector('.staff-main') !== null;
    this.#nameRoute();
    this.requestUpdate();
    if (state === 'active') void this.#loadViewer();
    if (state === 'anonymous' || !wasOpen) await this.#focusHeading();
  };

  #onRouteChange = async (): Promise<void> => {
    const wasList = this.querySelector('staff-vehicle-list') !== null;
    this.#nameRoute();
    this.requestUpdate();
    // From tab to tab of the list the focus stays where it is.
    if (wasList && this.#context.router.route.name === 'list') return;
    scrollTo(0, 0);
    await this.#focusHeading();
  };

  #onNotice = (): void => {
    this.#notice = this.#context.notice;
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => {
      this.#notice = '';
      this.requestUpdate();
    }, NOTICE_MS);
    this.requestUpdate();
  };

  #onLogOut = async (): Promise<void> => {
    await this.#context.router.go('/staff');
    if (location.pathname === '/staff') this.#context.session.end();
  };

  async #loadViewer(): Promise<void> {
    const { token } = this.#context.session;
    try {
      const { viewer } = await this.#context.ask<ViewerData>(VIEWER);
      if (viewer === null) this.#context.session.expire(token);
      else this.#viewer = viewer;
    } catch {
      // The header then has no names; the page itself says what is wrong.
    }
    this.requestUpdate();
  }

  #nameRoute(): void {
    const { router, session } = this.#context;
    if (session.state === 'anonymous') return this.#context.setTitle('Staff log-in');
    const titles = {
      list: 'Vehicles',
      new: 'Add a vehicle',
      vehicle: 'Vehicle',
      keys: 'Keys',
      unknown: 'No such page',
    };
    this.#context.setTitle(titles[router.route.name]);
  }

  async #focusHeading(): Promise<void> {
    await this.updateComplete;
    await this.querySelector<LightElement>('staff-vehicle-list, staff-vehicle-editor, staff-keys')
      ?.updateComplete;
    this.querySelector<HTMLElement>('h1')?.focus();
  }

  protected override updated(_changed: PropertyValues): void {
    const dialog = this.querySelector<HTMLDialogElement>('dialog.log-in-again');
    if (dialog !== null && !dialog.open) dialog.showModal();
  }

  #logInPage(): TemplateResult {
    return html`<main class="log-in-page">
      <div class="log-in-card">
        <a class="brand" href="/"
          ><img src="/assets/icon.svg" alt="" width="32" height="32" />Forecourt</a
        >
        <h1 tabindex="-1">Staff log-in</h1>
        <p class="hint">For the people who photograph and publish vehicles.</p>
        <staff-log-in .context=${this.#context} .demoAccount=${this.#demoAccount}></staff-log-in>
      </div>
    </main>`;
  }

  #logInAgain(): TemplateResult {
    return html`<dialog
      class="dialog log-in-again"
      aria-labelledby="log-in-again-title"
      @cancel=${(event: Event) => event.preventDefault()}
    >
      <h2 id="log-in-again-title">Please log in again</h2>
      <p>Your session has ended. What you typed is still here.</p>
      <staff-log-in .context=${this.#context} .demoAccount=${this.#demoAccount}></staff-log-in>
    </dialog>`;
  }

  #page(): TemplateResult {
    const { route } = this.#context.router;
    if (route.name === 'list') {
      return html`<staff-vehicle-list
        .context=${this.#context}
        .view=${route.view}
        .search=${live(route.search)}
      ></staff-vehicle-list>`;
    }
    if (route.name === 'keys') {
      return html`<staff-keys .context=${this.#context}></staff-keys>`;
    }
    if (route.name === 'unknown') {
      return html`<div class="panel empty">
        <h1 tabindex="-1">There is no such page</h1>
        <a class="button" href="/staff">Go to the vehicles</a>
      </div>`;
    }
    const id = route.name === 'vehicle' ? route.id : null;
    return html`${keyed(
      `vehicle:${id}`,
      html`<staff-vehicle-editor
        .context=${this.#context}
        .vehicleId=${id}
      ></staff-vehicle-editor>`,
    )}`;
  }

  /** Between the pages, for whoever may see more than one. */
  #nav(): TemplateResult | typeof nothing {
    if (!this.#viewer?.rights.includes('MANAGE_KEYS')) return nothing;
    const { name } = this.#context.router.route;
    const link = (href: string, label: string, isHere: boolean) =>
      html`<a href=${href} aria-current=${isHere ? 'page' : nothing}>${label}</a>`;
    return html`<nav class="staff-nav" aria-label="Staff pages">
      ${link('/staff', 'Vehicles', name === 'list')} ${link('/staff/keys', 'Keys', name === 'keys')}
    </nav>`;
  }

  override render() {
    const { state } = this.#context.session;
    if (state === 'anonymous') return this.#logInPage();
    return html`<a class="skip-link" href="#main">Skip to content</a>
      <header class="staff-header">
        <div class="wrap staff-header-row">
          <a class="brand" href="/staff"
            ><img src="/assets/icon.svg" alt="" width="32" height="32" />Forecourt</a
          >
          ${this.#nav()}
          <span class="staff-dealership">${this.#viewer?.dealership.name}</span>
          <div class="staff-person">
            <span>${this.#viewer?.user.name}</span>
            <button class="button" type="button" @click=${this.#onLogOut}>Log out</button>
          </div>
        </div>
      </header>
      <main id="main" class="wrap staff-main" tabindex="-1">${this.#page()}</main>
      <p class="notice" role="status">${this.#notice}</p>
      ${state === 'expired' ? this.#logInAgain() : nothing}`;
  }
}
