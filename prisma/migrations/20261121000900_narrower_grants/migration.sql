-- A dealership reads its invitations without the hashes of their links, and notes when one was sent.
-- To revoke a privilege of a table takes those of its columns along.
REVOKE SELECT ON "invitations" FROM forecourt_tenant;
GRANT SELECT (id, dealership_id, email, role, invited_by_id, created_at, expires_at, sent_at, accepted_at, revoked_at),
  UPDATE (sent_at) ON "invitations" TO forecourt_tenant;

-- The server asks for no uploads on behalf of a visitor.
REVOKE SELECT ON "uploads" FROM forecourt_visitor;
