import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { confirmAction, type Confirmation } from './confirm-action.ts';
import type { Viewer } from './documents.ts';
import { LightElement } from './light-element.ts';
import {
  CHANGE_ROLE,
  INVITE_MEMBER,
  joined,
  MEMBERS,
  REMOVE_MEMBER,
  REVOKE_INVITATION,
  type ChangeRoleData,
  type Invitation,
  type InviteMemberData,
  type Listed,
  type Member,
  type MembersData,
  type RemoveMemberData,
  type RevokeInvitationData,
} from './member-documents.ts';
import { dayWords } from './moments.ts';
import { MutationForm, type Mistake } from './mutation-form.ts';
import { PageData } from './page-data.ts';
import { ROLE_HINTS, ROLE_WORDS, type Role } from './role-words.ts';
import { failureText, type StaffContext } from './staff-context.ts';

interface Lists {
  members: Listed<Member>;
  invitations: Listed<Invitation>;
}

/** Who works at the dealership, and who is invited. */
export class StaffMembers extends LightElement {
  static override properties = { context: { attribute: false }, viewer: { attribute: false } };

  declare context: StaffContext;
  declare viewer: Viewer | null;

  readonly #invite = new MutationForm(this, 'invite', { email: '', role: 'PHOTOGRAPHER' });
  /** The role that is chosen for somebody, and not saved yet. */
  readonly #roles = new Map<string, Role>();
  readonly #lists = new PageData<Lists>(this, {
    what: 'the members',
    refused: 'Owners and managers see who works here. Your own place is on your account.',
    read: async (signal) => {
      const { dealership } = await this.context.ask<MembersData>(MEMBERS, {}, signal);
      const { members = null, invitations = null } = dealership ?? {};
      return members && invitations && { members, invitations };
    },
  });

  #onMore = async (): Promise<void> => {
    try {
      await this.#lists.append(async (signal, { members, invitations }) => {
        const { dealership } = await this.context.ask<MembersData>(
          MEMBERS,
          {
            afterMember: members.pageInfo.endCursor,
            afterInvitation: invitations.pageInfo.endCursor,
          },
          signal,
        );
        return {
          members: joined(members, dealership?.members),
          invitations: joined(invitations, dealership?.invitations),
        };
      });
    } catch (error) {
      this.context.notify(failureText(error));
    }
  };

  /** A manager makes no owners, and touches none. */
  get #assignable(): readonly Role[] {
    const roles = Object.keys(ROLE_WORDS) as Role[];
    return this.viewer?.role === 'OWNER' ? roles : roles.filter((role) => role !== 'OWNER');
  }

  #mayManage({ user, role }: Member): boolean {
    return user.id !== this.viewer?.user.id && this.#assignable.includes(role);
  }

  #onInvite = async (event: SubmitEvent): Promise<void> => {
    let address = '';
    const isDone = await this.#invite.send(event, async () => {
      const input = { ...this.#invite.values, idempotencyKey: this.#invite.idempotencyKey };
      const { inviteMember } = await this.context.ask<InviteMemberData>(INVITE_MEMBER, { input });
      address = inviteMember.invitation?.email ?? '';
      return inviteMember.userErrors;
    });
    if (!isDone) return;
    this.context.notify(`${address} is invited.`);
    await this.#lists.refresh();
  };

  /** Does it when one is sure, says what came of it, and reads the lists anew. */
  async #do(
    work: () => Promise<readonly Mistake[]>,
    done: string,
    confirmation?: Confirmation,
  ): Promise<void> {
    if (confirmation && !(await confirmAction(confirmation))) return;
    try {
      const [mistake] = await work();
      this.context.notify(mistake?.message ?? done);
      await this.#lists.refresh();
    } catch (error) {
      this.context.notify(failureText(error));
    }
  }

  async #changeRole({ user }: Member, role: Role): Promise<void> {
    await this.#do(async () => {
      const input = { userId: user.id, role };
      const { changeRole } = await this.context.ask<ChangeRoleData>(CHANGE_ROLE, { input });
      this.#roles.delete(user.id);
      return changeRole.userErrors;
    }, `${user.name} is ${ROLE_WORDS[role].toLowerCase()} now.`);
  }

  async #remove({ user }: Member): Promise<void> {
    await this.#do(
      async () => {
        const input = { userId: user.id };
        const { removeMember } = await this.context.ask<RemoveMemberData>(REMOVE_MEMBER, { input });
        return removeMember.userErrors;
      },
      `${user.name} is removed.`,
      {
        title: `Remove ${user.name}?`,
        text: 'They are logged out at once and cannot come back unless somebody invites them. What they have uploaded stays.',
        confirmLabel: 'Remove',
        isDangerous: true,
      },
    );
  }

  async #revoke({ id, email }: Invitation): Promise<void> {
    await this.#do(
      async () => {
        const { revokeInvitation } = await this.context.ask<RevokeInvitationData>(
          REVOKE_INVITATION,
          { input: { id } },
        );
        return revokeInvitation.userErrors;
      },
      `The invitation of ${email} is taken back.`,
      {
        title: 'Take the invitation back?',
        text: `The link that was sent to ${email} leads nowhere then.`,
        confirmLabel: 'Take back',
        isDangerous: true,
      },
    );
  }

  #roleForm(member: Member): TemplateResult {
    const { user, role } = member;
    const chosen = this.#roles.get(user.id) ?? role;
    const onChange = (event: Event): void => {
      this.#roles.set(user.id, (event.target as HTMLSelectElement).value as Role);
      this.requestUpdate();
    };
    const onSubmit = (event: SubmitEvent): void => {
      event.preventDefault();
      void this.#changeRole(member, chosen);
    };
    return html`<form class="role-form field" @submit=${onSubmit}>
      <label class="visually-hidden" for="role-${user.id}">Role of ${user.name}</label>
      <select id="role-${user.id}" @change=${onChange}>
        ${this.#assignable.map(
          (item) =>
            html`<option value=${item} .selected=${item === chosen}>${ROLE_WORDS[item]}</option>`,
        )}
      </select>
      ${
        chosen === role
          ? nothing
          : html`<button class="button button-primary" type="submit">
              Save<span class="visually-hidden"> the role of ${user.name}</span>
            </button>`
      }
    </form>`;
  }

  #member(member: Member): TemplateResult {
    const { user, role, joinedAt } = member;
    const isOwn = user.id === this.viewer?.user.id;
    const mayManage = this.#mayManage(member);
    return html`<li class="person">
      <div class="person-words">
        <h3><bdi>${user.name}</bdi> ${isOwn ? html`<span class="badge">You</span>` : nothing}</h3>
        <p class="hint"><bdi>${user.email}</bdi> · since ${dayWords(joinedAt)}</p>
      </div>
      <div class="person-actions">
        ${mayManage ? this.#roleForm(member) : html`<span class="badge">${ROLE_WORDS[role]}</span>`}
        ${
          mayManage
            ? html`<button
                class="text-button text-button-danger"
                type="button"
                @click=${() => this.#remove(member)}
              >
                Remove<span class="visually-hidden"> ${user.name}</span>
              </button>`
            : nothing
        }
      </div>
    </li>`;
  }

  #invitation(invitation: Invitation): TemplateResult {
    const { email, role, invitedBy, expiresAt, sentAt } = invitation;
    return html`<li class="person">
      <div class="person-words">
        <h3><bdi>${email}</bdi></h3>
        <p class="hint">
          ${invitedBy === null ? nothing : html`Invited by <bdi>${invitedBy.name}</bdi> · `}good
          until
          ${dayWords(expiresAt)}${
            sentAt === null ? ' · the mail is not out yet: invite again if this stays' : nothing
          }
        </p>
      </div>
      <div class="person-actions">
        <span class="badge">${ROLE_WORDS[role]}</span>
        ${
          this.#assignable.includes(role)
            ? html`<button
                class="text-button text-button-danger"
                type="button"
                @click=${() => this.#revoke(invitation)}
              >
                Take back<span class="visually-hidden"> the invitation of ${email}</span>
              </button>`
            : nothing
        }
      </div>
    </li>`;
  }

  #inviteForm(): TemplateResult {
    const form = this.#invite;
    const chosen = form.values.role as Role;
    return html`<section class="panel" aria-labelledby="invite-title">
      <h2 id="invite-title">Invite somebody</h2>
      <form class="panel-form" @submit=${this.#onInvite}>
        ${form.alert()}
        <div class="fields">
          ${form.field('email', { label: 'E-mail', kind: 'email', maxLength: 254, required: true })}
          ${form.field('role', {
            label: 'Role',
            options: this.#assignable.map((value) => ({ value, label: ROLE_WORDS[value] })),
            hint: ROLE_HINTS[chosen],
          })}
        </div>
        ${form.submit('Send the invitation')}
      </form>
    </section>`;
  }

  #panels({ members, invitations }: Lists): TemplateResult {
    return html`<section class="panel" aria-labelledby="members-title">
        <h2 id="members-title">Who works here</h2>
        <ul class="people">
          ${repeat(
            members.nodes,
            ({ user }) => user.id,
            (member) => this.#member(member),
          )}
        </ul>
      </section>
      ${
        invitations.nodes.length === 0
          ? nothing
          : html`<section class="panel" aria-labelledby="invitations-title">
              <h2 id="invitations-title">Invited</h2>
              <ul class="people">
                ${repeat(
                  invitations.nodes,
                  ({ id }) => id,
                  (invitation) => this.#invitation(invitation),
                )}
              </ul>
            </section>`
      }
      ${
        !members.pageInfo.hasNextPage && !invitations.pageInfo.hasNextPage
          ? nothing
          : html`<div class="more">
              <button class="button" type="button" @click=${this.#onMore}>Load more</button>
            </div>`
      }
      ${this.#inviteForm()}`;
  }

  override render(): TemplateResult {
    return html`<div class="narrow-page">
      <h1 tabindex="-1">Members</h1>
      ${this.#lists.render((lists) => this.#panels(lists))}
    </div>`;
  }
}
