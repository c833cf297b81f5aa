import { MISTAKES, type Mistake } from './mutation-form.ts';
import type { Role } from './role-words.ts';

export interface Member {
  user: { id: string; name: string; email: string };
  role: Role;
  joinedAt: string;
}

export interface Invitation {
  id: string;
  email: string;
  role: Role;
  createdAt: string;
  expiresAt: string;
  sentAt: string | null;
  invitedBy: { name: string } | null;
}

/** A page of a list, and where the next begins. */
export interface Listed<Item> {
  nodes: Item[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** A list with the page that comes after it. */
export function joined<Item>(
  before: Listed<Item>,
  more: Listed<Item> | null | undefined,
): Listed<Item> {
  return more ? { ...more, nodes: [...before.nodes, ...more.nodes] } : before;
}

export interface MembersData {
  dealership: { members: Listed<Member> | null; invitations: Listed<Invitation> | null } | null;
}

export const MEMBERS = /* GraphQL */ `
  query Members($afterMember: String, $afterInvitation: String) {
    dealership {
      members(first: 50, after: $afterMember) {
        nodes {
          user {
            id
            name
            email
          }
          role
          joinedAt
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
      invitations(first: 50, after: $afterInvitation) {
        nodes {
          id
          email
          role
          createdAt
          expiresAt
          sentAt
          invitedBy {
            name
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`;

export interface InviteMemberData {
  inviteMember: { invitation: { email: string } | null; userErrors: Mistake[] };
}

export const INVITE_MEMBER = /* GraphQL */ `
  mutation InviteMember($input: InviteMemberInput!) {
    inviteMember(input: $input) { invitation { email } ${MISTAKES} }
  }
`;

export interface RevokeInvitationData {
  revokeInvitation: { userErrors: Mistake[] };
}

export const REVOKE_INVITATION = /* GraphQL */ `
  mutation RevokeInvitation($input: RevokeInvitationInput!) {
    revokeInvitation(input: $input) { ${MISTAKES} }
  }
`;

export interface ChangeRoleData {
  changeRole: { userErrors: Mistake[] };
}

export const CHANGE_ROLE = /* GraphQL */ `
  mutation ChangeRole($input: ChangeRoleInput!) {
    changeRole(input: $input) { ${MISTAKES} }
  }
`;

export interface RemoveMemberData {
  removeMember: { userErrors: Mistake[] };
}

export const REMOVE_MEMBER = /* GraphQL */ `
  mutation RemoveMember($input: RemoveMemberInput!) {
    removeMember(input: $input) { ${MISTAKES} }
  }
`;
