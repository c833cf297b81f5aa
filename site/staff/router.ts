import { readRoute, type StaffRoute } from './route.ts';

/** Asked before a page with typed data is left; resolves to whether it may be. */
export type LeaveGuard = () => Promise<boolean>;

/** The address bar as state. Dispatches `change` when another page is to be shown. */
export class StaffRouter extends EventTarget {
  #linkToken = takeLinkToken();
  #route = readRoute(location);
  #address = location.href;
  #guard: LeaveGuard | null = null;

  constructor() {
    super();
    addEventListener('popstate', () => void this.#onPopState());
    addEventListener('click', (event) => this.#onClick(event));
    addEventListener('beforeunload', (event) => {
      if (this.#guard !== null) event.preventDefault();
    });
  }

  get route(): StaffRoute {
    return this.#route;
  }

  /** What the link of a mail brought along; kept nowhere else. Null without one. */
  get linkToken(): string | null {
    return this.#linkToken;
  }

  /** Held by the page that has typed data; null once that is saved. */
  set guard(guard: LeaveGuard | null) {
    this.#guard = guard;
  }

  async go(path: string): Promise<void> {
    if (!(await this.#mayLeave())) return;
    history.pushState(null, '', path);
    this.#show();
  }

  /** Writes the page's own state into the address without showing another page. */
  replace(path: string): void {
    history.replaceState(null, '', path);
    this.#address = location.href;
    this.#route = readRoute(location);
  }

  #show(): void {
    this.#linkToken = takeLinkToken();
    this.#address = location.href;
    this.#route = readRoute(location);
    this.dispatchEvent(new Event('change'));
  }

  async #mayLeave(): Promise<boolean> {
    if (this.#guard !== null && !(await this.#guard())) return false;
    this.#guard = null;
    return true;
  }

  async #onPopState(): Promise<void> {
    if (this.#guard === null) return this.#show();
    const wanted = location.href;
    history.pushState(null, '', this.#address);
    if (await this.#mayLeave()) {
      history.replaceState(null, '', wanted);
      this.#show();
    }
  }

  #onClick(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (link === undefined || link.target !== '' || link.origin !== location.origin) return;
    if (link.pathname !== '/staff' && !link.pathname.startsWith('/staff/')) return;
    event.preventDefault();
    void this.go(link.pathname + link.search);
  }
}

/** Reads `#token=…`, and takes it out of the address bar and the history. */
function takeLinkToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return null;
  history.replaceState(null, '', location.pathname + location.search);
  return token;
}
