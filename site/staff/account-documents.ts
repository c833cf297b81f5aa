import { MISTAKES, type Mistake } from './mutation-form.ts';

/** What opens a session. */
export interface SessionResult {
  session: { token: string; expiresAt: string } | null;
  userErrors: Mistake[];
}

interface Checked {
  userErrors: Mistake[];
}

const SESSION = `session { token expiresAt } ${MISTAKES}`;

export interface SignUpData {
  signUp: SessionResult;
}

export const SIGN_UP = /* GraphQL */ `
  mutation SignUp($input: SignUpInput!) {
    signUp(input: $input) { ${SESSION} }
  }
`;

export interface AcceptInvitationData {
  acceptInvitation: SessionResult;
}

export const ACCEPT_INVITATION = /* GraphQL */ `
  mutation AcceptInvitation($input: AcceptInvitationInput!) {
    acceptInvitation(input: $input) { ${SESSION} }
  }
`;

export interface RequestPasswordResetData {
  requestPasswordReset: Checked;
}

export const REQUEST_PASSWORD_RESET = /* GraphQL */ `
  mutation RequestPasswordReset($input: RequestPasswordResetInput!) {
    requestPasswordReset(input: $input) { ${MISTAKES} }
  }
`;

export interface ResetPasswordData {
  resetPassword: Checked;
}

export const RESET_PASSWORD = /* GraphQL */ `
  mutation ResetPassword($input: ResetPasswordInput!) {
    resetPassword(input: $input) { ${MISTAKES} }
  }
`;

export interface ChangePasswordData {
  changePassword: Checked & { endedSessions: number };
}

export const CHANGE_PASSWORD = /* GraphQL */ `
  mutation ChangePassword($input: ChangePasswordInput!) {
    changePassword(input: $input) { endedSessions ${MISTAKES} }
  }
`;

export interface LogOutData {
  logOut: Checked & { endedSessions: number };
}

export const LOG_OUT = /* GraphQL */ `
  mutation LogOut($input: LogOutInput!) {
    logOut(input: $input) { endedSessions ${MISTAKES} }
  }
`;
