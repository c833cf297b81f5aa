-- A row is read whole, its hash included, which tells nothing: the token behind it is random.
GRANT SELECT ON "invitations" TO forecourt_tenant;
