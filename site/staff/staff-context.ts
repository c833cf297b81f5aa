import { askApi, ApiFailure } from './api.ts';
import { StaffRouter } from './router.ts';
import { StaffSession } from './session.ts';

/** What every staff page shares. */
export class StaffContext extends EventTarget {
  readonly session = new StaffSession();
  readonly router = new StaffRouter();
  #notice = '';

  /** The last thing that was done, for the status line. */
  get notice(): string {
    return this.#notice;
  }

  /** Dispatches `notice`. */
  notify(text: string): void {
    this.#notice = text;
    this.dispatchEvent(new Event('notice'));
  }

  /** Names the page in the tab. */
  setTitle(text: string): void {
    document.title = `${text} | Forecourt`;
  }

  /** `askApi` as the person logged in; a refused token asks for the log-in again. */
  async ask<Data>(
    document: string,
    variables: Record<string, unknown> = {},
    signal?: AbortSignal,
  ): Promise<Data> {
    const { token } = this.session;
    try {
      return await askApi<Data>(document, variables, { token, signal });
    } catch (error) {
      if (error instanceof ApiFailure && error.code === 'UNAUTHENTICATED') {
        this.session.expire(token);
      }
      throw error;
    }
  }
}

/** A sentence for whatever a request rejected with. */
export function failureText(error: unknown): string {
  return error instanceof ApiFailure ? error.message : new ApiFailure('SERVER').message;
}
