-- Tells whoever keeps public answers which vehicle looks different from now on; '' is any of them.
-- What nobody sees yet, such as a ticket for an upload, is not told: each NOTIFY waits for the one before.
-- Postgres says the same once for each transaction, when it is committed.

CREATE FUNCTION "tell_vehicle_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('forecourt_vehicle_changes', OLD.id::text);
  RETURN NULL;
END $$;

CREATE TRIGGER "vehicle_changed" AFTER UPDATE ON "vehicles" FOR EACH ROW
  WHEN ((OLD.vin, OLD.stock_number, OLD.year, OLD.make, OLD.model, OLD.trim, OLD.body_style, OLD.condition,
         OLD.status, OLD.price_amount, OLD.price_currency, OLD.mileage, OLD.exterior_color, OLD.interior_color,
         OLD.description, OLD.media_version, OLD.published_at, OLD.created_at, OLD.updated_at)
    IS DISTINCT FROM
        (NEW.vin, NEW.stock_number, NEW.year, NEW.make, NEW.model, NEW.trim, NEW.body_style, NEW.condition,
         NEW.status, NEW.price_amount, NEW.price_currency, NEW.mileage, NEW.exterior_color, NEW.interior_color,
         NEW.description, NEW.media_version, NEW.published_at, NEW.created_at, NEW.updated_at))
  EXECUTE FUNCTION "tell_vehicle_changed"();
CREATE TRIGGER "vehicle_gone" AFTER DELETE ON "vehicles" FOR EACH ROW
  EXECUTE FUNCTION "tell_vehicle_changed"();

CREATE FUNCTION "tell_media_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.status = 'READY' THEN
    PERFORM pg_notify('forecourt_vehicle_changes', OLD.vehicle_id::text);
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.status = 'READY' THEN
    PERFORM pg_notify('forecourt_vehicle_changes', NEW.vehicle_id::text);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "media_changed" AFTER INSERT OR UPDATE OR DELETE ON "media" FOR EACH ROW
  EXECUTE FUNCTION "tell_media_changed"();

CREATE FUNCTION "tell_renditions_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('forecourt_vehicle_changes', vehicle_id::text)
    FROM (SELECT DISTINCT vehicle_id FROM media
      WHERE status = 'READY' AND id IN (SELECT media_id FROM changed)) shown;
  RETURN NULL;
END $$;

CREATE TRIGGER "renditions_added" AFTER INSERT ON "renditions"
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "tell_renditions_changed"();
CREATE TRIGGER "renditions_changed" AFTER UPDATE ON "renditions"
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "tell_renditions_changed"();
CREATE TRIGGER "renditions_gone" AFTER DELETE ON "renditions"
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "tell_renditions_changed"();

CREATE FUNCTION "tell_dealership_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('forecourt_vehicle_changes', '');
  RETURN NULL;
END $$;

CREATE TRIGGER "dealership_changed" AFTER UPDATE ON "dealerships" FOR EACH ROW
  WHEN ((OLD.name, OLD.slug, OLD.updated_at) IS DISTINCT FROM (NEW.name, NEW.slug, NEW.updated_at))
  EXECUTE FUNCTION "tell_dealership_changed"();
