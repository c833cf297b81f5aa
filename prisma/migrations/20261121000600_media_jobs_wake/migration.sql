-- Wakes the workers of every process, with the commit that brings the work.
CREATE FUNCTION "media_jobs_wake"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('forecourt_media_jobs', '');
  RETURN NULL;
END
$$;

CREATE TRIGGER "media_jobs_wake"
  AFTER INSERT ON "media_jobs" FOR EACH STATEMENT EXECUTE FUNCTION "media_jobs_wake"();
