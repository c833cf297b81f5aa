import type { Role } from '../../generated/prisma/enums.ts';
import { UserFailure } from '../errors.ts';
import type { Mail, MailSender } from '../mail/mail.ts';

const ROLES: Record<Role, string> = {
  OWNER: 'an owner',
  MANAGER: 'a manager',
  PHOTOGRAPHER: 'a photographer',
  VIEWER: 'a viewer',
};

/** What writes links that let people in. */
export interface Post {
  /** Null where mail is not set up. */
  sender: MailSender | null;
  /** Where browsers reach the server. */
  publicUrl(): string;
}

/** Throws a {@link UserFailure} where mail is not set up. */
export function requireSender({ sender }: Post): MailSender {
  if (sender) return sender;
  throw new UserFailure(
    'MAIL_UNAVAILABLE',
    'This server sends no mail. Its operator sets it up with MAIL_URL.',
  );
}

/** In the fragment, which browsers send to nobody. */
const link = (post: Post, page: string, token: string): string =>
  `${post.publicUrl()}/staff/${page}#token=${token}`;

export function invitationMail(
  post: Post,
  about: {
    to: string;
    dealership: string;
    invitedBy: string;
    role: Role;
    token: string;
    days: number;
  },
): Mail {
  return {
    to: about.to,
    subject: `${about.dealership} invites you`,
    text: `${about.invitedBy} invites you to join ${about.dealership} as ${ROLES[about.role]}.

Accept within ${about.days} days:
${link(post, 'accept-invitation', about.token)}

If you do not know ${about.dealership}, ignore this mail.
`,
  };
}

export function passwordResetMail(
  post: Post,
  about: { to: string; token: string; minutes: number },
): Mail {
  return {
    to: about.to,
    subject: 'Choose a new password',
    text: `Somebody, probably you, asked for a new password for ${about.to}.

Choose one within ${about.minutes} minutes:
${link(post, 'reset-password', about.token)}

If it was not you, ignore this mail: the password stays as it is.
`,
  };
}
