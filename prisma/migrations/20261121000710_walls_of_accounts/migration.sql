-- Who did what is written in the transaction of the change, as whoever made it. Sessions are the
-- server's own work: on behalf of a dealership they are only read.
SELECT wall_in('audit_entries', 'SELECT, INSERT');
SELECT wall_in('sessions', 'SELECT');
