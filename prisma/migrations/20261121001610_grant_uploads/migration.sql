-- Tickets of one vehicle in one statement, in their order. It ends at the first that is declined: those
-- after it are granted behind whatever becomes of that one.
CREATE FUNCTION "grant_uploads"(asked json) RETURNS TABLE (upload json, media json, past boolean)
LANGUAGE plpgsql AS $$
DECLARE
  ask json;
BEGIN
  -- All before the vehicle: somebody may have one of them, and wait for that.
  PERFORM pg_advisory_xact_lock(key_lock) FROM (
    SELECT DISTINCT (each_ask ->> 'key_lock')::bigint AS key_lock FROM json_array_elements(asked) each_ask
      WHERE each_ask ->> 'key_lock' IS NOT NULL ORDER BY 1
  ) keys;
  FOR ask IN SELECT json_array_elements(asked) LOOP
    RETURN QUERY SELECT * FROM grant_upload(ask);
    IF NOT FOUND THEN
      RETURN;
    END IF;
  END LOOP;
END
$$;
