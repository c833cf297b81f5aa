import type { Listed } from './member-documents.ts';

export interface AuditEntry {
  id: string;
  at: string;
  /** Of the schema's `AuditAction`; more may come. */
  action: string;
  actorKind: 'USER' | 'API_KEY' | 'UPLOAD_TOKEN' | 'SYSTEM';
  actorId: string | null;
  actorName: string | null;
  subjectId: string;
  details: { name: string; value: string | null }[];
}

export interface AuditLogData {
  dealership: {
    auditLog: Listed<AuditEntry> | null;
    members: { nodes: { user: { id: string; name: string } }[] } | null;
  } | null;
}

export const AUDIT_LOG = /* GraphQL */ `
  query AuditLog($filter: AuditFilter, $after: String) {
    dealership {
      auditLog(first: 50, filter: $filter, after: $after) {
        nodes {
          id
          at
          action
          actorKind
          actorId
          actorName
          subjectId
          details {
            name
            value
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
      members(first: 100) {
        nodes {
          user {
            id
            name
          }
        }
      }
    }
  }
`;
