import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { live } from 'lit/directives/live.js';
import { LOG_OUT } from './account-documents.ts';
import { askApi } from './api.ts';
import { VIEWER, type Viewer, type ViewerData } from './documents.ts';
import { LightElement } from './light-element.ts';
import type { DemoAccount } from './log-in.ts';
import type { StaffRoute } from './route.ts';
import { StaffContext } from './staff-context.ts';

const NOTICE_MS = 6000;

const TITLES: Readonly<Record<StaffRoute['name'], string>> = {
  list: 'Vehicles',
  new: 'Add a vehicle',
  vehicle: 'Vehicle',
  members: 'Members',
  keys: 'Keys',
  'audit-log': 'Audit log',
  account: 'Your account',
  'sign-up': 'Sign up',
  'forgot-password': 'Forgotten password',
  'reset-password': 'Choose a new password',
  'accept-invitation': 'Join a dealership',
  unknown: 'No such page',
};

/** The pages that the header names, and the right that each of them takes. */
const NAVIGATION = [
  { name: 'list', href: '/staff', right: null },
  { name: 'members', href: '/staff/members', right: 'MANAGE_MEMBERS' },
  { name: 'keys', href: '/staff/keys', right: 'MANAGE_KEYS' },
  { name: 'audit-log', href: '/staff/audit-log', right: 'READ_AUDIT_LOG' },
] as const;

/** The staff pages: log-in, then the page that the address names. */
export class StaffRoot extends LightElement {
  static override properties = {
    demoEmail: { attribute: 'demo-email' },
    demoPassword: { attribute: 'demo-password' },
    isSignUpOpen: { attribute: 'sign-up-open', type: Boolean },
  };

  declare demoEmail: string | null;
  declare demoPassword: string | null;
  declare isSignUpOpen: boolean;

  readonly #context = new StaffContext();
  #viewer: Viewer | null = null;
  #notice = '';
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.demoEmail = null;
    this.demoPassword = null;
    this.isSignUpOpen = false;
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
    const { router, session } = this.#context;
    const { token } = session;
    await router.go('/staff');
    if (location.pathname !== '/staff') return;
    session.end();
    // Whether the server hears of it or not, this tab has forgotten the token.
    await askApi(LOG_OUT, { input: {} }, { token }).catch(() => {});
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
    this.#context.setTitle(
      this.#isLogIn ? 'Staff log-in' : TITLES[this.#context.router.route.name],
    );
  }

  /** Whether the log-in stands in place of the page. */
  get #isLogIn(): boolean {
    const { router, session } = this.#context;
    return session.state === 'anonymous' && !Object.hasOwn(this.#entries, router.route.name);
  }

  async #focusHeading(): Promise<void> {
    await this.updateComplete;
    await this.querySelector<LightElement>('#main > *')?.updateComplete;
    this.querySelector<HTMLElement>('h1')?.focus();
  }

  protected override updated(_changed: PropertyValues): void {
    const dialog = this.querySelector<HTMLDialogElement>('dialog.log-in-again');
    if (dialog !== null && !dialog.open) dialog.showModal();
  }

  #card(title: string, content: TemplateResult): TemplateResult {
    return html`<main class="log-in-page">
        <div class="log-in-card">
          <a class="brand" href="/"
            ><img src="/assets/icon.svg" alt="" width="32" height="32" />Forecourt</a
          >
          <h1 tabindex="-1">${title}</h1>
          ${content}
        </div>
      </main>
      <p class="notice" role="status">${this.#notice}</p>`;
  }

  #logInPage(): TemplateResult {
    return this.#card(
      'Staff log-in',
      html`<p class="hint">For the people who photograph and publish vehicles.</p>
        <staff-log-in .context=${this.#context} .demoAccount=${this.#demoAccount}></staff-log-in>
        <p class="card-links">
          <a href="/staff/forgot-password">Forgot your password?</a>
          ${
            this.isSignUpOpen ? html`<a href="/staff/sign-up">Sign up your dealership</a>` : nothing
          }
        </p>`,
    );
  }

  /** Pages for people who are not logged in. */
  readonly #entries: Readonly<Partial<Record<StaffRoute['name'], () => TemplateResult>>> = {
    'sign-up': () =>
      html`<staff-sign-up .context=${this.#context} .isOpen=${this.isSignUpOpen}></staff-sign-up>`,
    'forgot-password': () =>
      html`<p class="hint">We send you a link to a new one.</p>
        <staff-forgot-password></staff-forgot-password>`,
    'reset-password': () =>
      html`${keyed(
        this.#context.router.linkToken,
        html`<staff-reset-password
          .context=${this.#context}
          .linkToken=${this.#context.router.linkToken}
        ></staff-reset-password>`,
      )}`,
    'accept-invitation': () =>
      html`${keyed(
        this.#context.router.linkToken,
        html`<staff-accept-invitation
          .context=${this.#context}
          .linkToken=${this.#context.router.linkToken}
          .viewer=${this.#viewer}
        ></staff-accept-invitation>`,
      )}`,
  };

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
    if (route.name === 'members') {
      return html`<staff-members
        .context=${this.#context}
        .viewer=${this.#viewer}
      ></staff-members>`;
    }
    if (route.name === 'keys') {
      return html`<staff-keys .context=${this.#context}></staff-keys>`;
    }
    if (route.name === 'audit-log') {
      return html`<staff-audit-log .context=${this.#context}></staff-audit-log>`;
    }
    if (route.name === 'account') {
      return html`<staff-account
        .context=${this.#context}
        .viewer=${this.#viewer}
      ></staff-account>`;
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
    const pages = NAVIGATION.filter(
      ({ right }) => right === null || this.#viewer?.rights.includes(right),
    );
    if (pages.length < 2) return nothing;
    const here = this.#context.router.route.name;
    return html`<nav class="staff-nav" aria-label="Staff pages">
      ${pages.map(
        ({ name, href }) =>
          html`<a href=${href} aria-current=${name === here ? 'page' : nothing}
            >${TITLES[name]}</a
          >`,
      )}
    </nav>`;
  }

  override render() {
    const { session, router } = this.#context;
    if (this.#isLogIn) return this.#logInPage();
    const { name } = router.route;
    const entry = this.#entries[name];
    if (entry !== undefined) return this.#card(TITLES[name], entry());
    return html`<a class="skip-link" href="#main">Skip to content</a>
      <header class="staff-header">
        <div class="wrap staff-header-row">
          <a class="brand" href="/staff"
            ><img src="/assets/icon.svg" alt="" width="32" height="32" /><span>Forecourt</span></a
          >
          ${this.#nav()}
          <div class="staff-person">
            <a
              class="staff-account"
              href="/staff/account"
              aria-current=${name === 'account' ? 'page' : nothing}
              ><span class="staff-name">${this.#viewer?.user.name ?? 'Your account'}</span>
              <span class="staff-dealership">${this.#viewer?.dealership.name}</span></a
            >
            <button class="button" type="button" @click=${this.#onLogOut}>Log out</button>
          </div>
        </div>
      </header>
      <main id="main" class="wrap staff-main" tabindex="-1">${this.#page()}</main>
      <p class="notice" role="status">${this.#notice}</p>
      ${session.state === 'expired' ? this.#logInAgain() : nothing}`;
  }
}
