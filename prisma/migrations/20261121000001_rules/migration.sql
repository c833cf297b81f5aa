-- What the Prisma schema cannot say.

-- The words that a vehicle search looks through.
CREATE FUNCTION "vehicles_set_search_text"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.search_text := lower(concat_ws(' ', NEW.year, NEW.make, NEW.model, NEW.trim, NEW.vin,
    NEW.stock_number, NEW.body_style, NEW.exterior_color));
  RETURN NEW;
END
$$;

CREATE TRIGGER "vehicles_search_text"
  BEFORE INSERT OR UPDATE OF year, make, model, trim, vin, stock_number, body_style, exterior_color, search_text
  ON "vehicles" FOR EACH ROW EXECUTE FUNCTION "vehicles_set_search_text"();

ALTER TABLE "vehicles"
  ADD CONSTRAINT "vehicles_vin_check" CHECK (vin ~ '^[A-HJ-NPR-Z0-9]{17}$'),
  ADD CONSTRAINT "vehicles_year_check" CHECK (year BETWEEN 1885 AND 2100),
  ADD CONSTRAINT "vehicles_price_amount_check" CHECK (price_amount >= 0),
  ADD CONSTRAINT "vehicles_price_currency_check" CHECK (price_currency ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT "vehicles_mileage_check" CHECK (mileage >= 0),
  ADD CONSTRAINT "vehicles_media_version_check" CHECK (media_version >= 0);

ALTER TABLE "uploads"
  ADD CONSTRAINT "uploads_byte_size_check" CHECK (byte_size > 0);

ALTER TABLE "media"
  ADD CONSTRAINT "media_position_check" CHECK (position >= 0),
  ADD CONSTRAINT "media_original_byte_size_check" CHECK (original_byte_size > 0);

ALTER TABLE "renditions"
  ADD CONSTRAINT "renditions_byte_size_check" CHECK (byte_size > 0),
  ADD CONSTRAINT "renditions_size_check" CHECK (width > 0 AND height > 0);

-- The galleries that pages read hold what is not deleted.
CREATE INDEX "media_live_idx" ON "media" (vehicle_id, position, id) WHERE deleted_at IS NULL;

ALTER TABLE "media_feed"
  ADD CONSTRAINT "media_feed_one_row_check" CHECK (id = 1);

INSERT INTO "media_feed" (id, epoch) VALUES (1, replace(gen_random_uuid()::text, '-', ''));

-- Largest first, those without the value last: the order of lists. The predicate always
-- holds; it keeps Prisma, which cannot write NULLS LAST, from seeing a difference.
CREATE INDEX "vehicles_price_desc_idx" ON "vehicles" ("dealership_id", "price_amount" DESC NULLS LAST, "id" DESC) WHERE "dealership_id" IS NOT NULL;
CREATE INDEX "vehicles_year_desc_idx" ON "vehicles" ("dealership_id", "year" DESC NULLS LAST, "id" DESC) WHERE "dealership_id" IS NOT NULL;
CREATE INDEX "vehicles_mileage_desc_idx" ON "vehicles" ("dealership_id", "mileage" DESC NULLS LAST, "id" DESC) WHERE "dealership_id" IS NOT NULL;
