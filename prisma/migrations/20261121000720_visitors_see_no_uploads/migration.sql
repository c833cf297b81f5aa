-- A visitor may ask for an upload, and finds none: there is no policy that shows one.
GRANT SELECT ON "uploads" TO forecourt_visitor;
