import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { AUDIT_LOG, type AuditEntry, type AuditLogData } from './audit-documents.ts';
import { AUDIT_TOPICS, auditWords } from './audit-words.ts';
import { formField } from './form-field.ts';
import { LightElement } from './light-element.ts';
import { joined, type Listed } from './member-documents.ts';
import { dayWords, timeWords } from './moments.ts';
import { PageData } from './page-data.ts';
import { failureText, type StaffContext } from './staff-context.ts';

interface Log {
  entries: Listed<AuditEntry>;
  /** Who works here now, by id. */
  names: ReadonlyMap<string, string>;
}

const ACTOR_KINDS: Readonly<Partial<Record<AuditEntry['actorKind'], string>>> = {
  API_KEY: 'API key',
  UPLOAD_TOKEN: 'Upload token',
};

/** Who did what at the dealership, newest first. */
export class StaffAuditLog extends LightElement {
  static override properties = { context: { attribute: false } };

  declare context: StaffContext;

  #topic = '';
  #person = '';

  readonly #log = new PageData<Log>(this, {
    what: 'the audit log',
    refused: 'Owners and managers read the audit log.',
    read: (signal) => this.#read(null, signal),
  });

  async #read(after: string | null, signal: AbortSignal): Promise<Log | null> {
    const filter = {
      ...(Object.hasOwn(AUDIT_TOPICS, this.#topic) && {
        action: AUDIT_TOPICS[this.#topic as keyof typeof AUDIT_TOPICS].actions,
      }),
      ...(this.#person && { actorId: this.#person }),
    };
    const { dealership } = await this.context.ask<AuditLogData>(
      AUDIT_LOG,
      { filter, after },
      signal,
    );
    const entries = dealership?.auditLog ?? null;
    const people = dealership?.members?.nodes ?? [];
    return entries && { entries, names: new Map(people.map(({ user }) => [user.id, user.name])) };
  }

  #onMore = async (): Promise<void> => {
    const before = this.querySelectorAll('.audit-entry').length;
    try {
      await this.#log.append(async (signal, { entries, names }) => {
        const more = await this.#read(entries.pageInfo.endCursor, signal);
        return { entries: joined(entries, more?.entries), names: more?.names ?? names };
      });
    } catch (error) {
      return this.context.notify(failureText(error));
    }
    await this.updateComplete;
    this.querySelectorAll<HTMLElement>('.audit-entry')[before]?.focus();
  };

  #filters(names: ReadonlyMap<string, string>): TemplateResult {
    return html`<div class="audit-filters">
      ${formField({
        name: 'audit-topic',
        label: 'What',
        value: this.#topic,
        options: [
          { value: '', label: 'Everything' },
          ...Object.entries(AUDIT_TOPICS).map(([value, { label }]) => ({ value, label })),
        ],
        onInput: (value) => {
          this.#topic = value;
          void this.#log.refresh();
        },
      })}
      ${formField({
        name: 'audit-person',
        label: 'Who',
        value: this.#person,
        options: [
          { value: '', label: 'Everybody' },
          ...[...names].map(([value, label]) => ({ value, label })),
        ],
        onInput: (value) => {
          this.#person = value;
          void this.#log.refresh();
        },
      })}
    </div>`;
  }

  #entry(entry: AuditEntry, names: ReadonlyMap<string, string>): TemplateResult {
    const { actor, did } = auditWords(entry, names);
    const kind = ACTOR_KINDS[entry.actorKind];
    return html`<li class="audit-entry" tabindex="-1">
      <time datetime=${entry.at}><bdi dir="ltr">${timeWords(entry.at)}</bdi></time>
      <p>
        <bdi dir="ltr"
          ><bdi><strong>${actor}</strong></bdi>
          ${kind ? html`<span class="badge">${kind}</span>` : nothing} ${did}</bdi
        >
      </p>
    </li>`;
  }

  #days({ entries, names }: Log): TemplateResult {
    const days = new Map<string, AuditEntry[]>();
    for (const entry of entries.nodes) {
      const day = dayWords(entry.at);
      days.set(day, [...(days.get(day) ?? []), entry]);
    }
    return html`${this.#filters(names)}
      <p class="hint" role="status">
        ${entries.nodes.length === 0 ? 'Nothing of this kind is written down.' : nothing}
      </p>
      ${repeat(
        days,
        ([day]) => day,
        ([day, ofDay]) =>
          html`<section class="panel audit-day">
            <h2>${day}</h2>
            <ol>
              ${repeat(
                ofDay,
                ({ id }) => id,
                (entry) => this.#entry(entry, names),
              )}
            </ol>
          </section>`,
      )}
      ${
        entries.pageInfo.hasNextPage
          ? html`<div class="more">
              <button class="button" type="button" @click=${this.#onMore}>Load more</button>
            </div>`
          : nothing
      }`;
  }

  override render(): TemplateResult {
    return html`<div class="narrow-page">
      <h1 tabindex="-1">Audit log</h1>
      ${this.#log.render((log) => this.#days(log))}
    </div>`;
  }
}
