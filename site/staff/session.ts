/** What `sessionStorage` keeps for the tab. */
interface StoredSession {
  token: string;
  /** ISO 8601. */
  expiresAt: string;
}

const KEY = 'forecourt-session';

/** `expired` keeps the page as it is and asks for the log-in above it. */
export type SessionState = 'anonymous' | 'active' | 'expired';

/** Who is logged in, in this tab. Dispatches `change`. */
export class StaffSession extends EventTarget {
  #stored: StoredSession | null;
  #state: SessionState;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.#stored = readStored();
    this.#state = this.#stored === null ? 'anonymous' : 'active';
    this.#watchExpiry();
  }

  get token(): string | null {
    return this.#stored?.token ?? null;
  }

  get state(): SessionState {
    return this.#state;
  }

  start(stored: StoredSession): void {
    this.#set('active', stored);
  }

  end(): void {
    this.#set('anonymous', null);
  }

  /** Does nothing when `token` has been replaced in the meantime. */
  expire(token: string | null): void {
    if (this.#state === 'active' && token === this.token) this.#set('expired', null);
  }

  #set(state: SessionState, stored: StoredSession | null): void {
    this.#state = state;
    this.#stored = stored;
    if (stored === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(stored));
    this.#watchExpiry();
    this.dispatchEvent(new Event('change'));
  }

  #watchExpiry(): void {
    clearTimeout(this.#timer);
    if (this.#stored === null) return;
    const { token, expiresAt } = this.#stored;
    const rest = Date.parse(expiresAt) - Date.now();
    // A timer cannot wait longer than 2^31 ms; the server refuses the token in any case.
    if (rest < 2 ** 31) this.#timer = setTimeout(() => this.expire(token), Math.max(0, rest));
  }
}

function readStored(): StoredSession | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
    if (typeof value !== 'object' || value === null) return null;
    const { token, expiresAt } = value as Partial<StoredSession>;
    if (typeof token !== 'string' || typeof expiresAt !== 'string') return null;
    return Date.parse(expiresAt) > Date.now() ? { token, expiresAt } : null;
  } catch {
    return null;
  }
}
