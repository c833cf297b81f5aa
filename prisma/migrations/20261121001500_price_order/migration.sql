-- The order of prices in whole cents. Behind row-level security Postgres reads no range of an index of
-- numerics: their comparisons are not leakproof, those of bigint are.
ALTER TABLE "vehicles" ADD COLUMN "price_cents" BIGINT;
UPDATE "vehicles" SET "price_cents" = "price_amount" * 100 WHERE "price_amount" IS NOT NULL;

CREATE FUNCTION "vehicles_set_price_cents"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.price_cents := NEW.price_amount * 100;
  RETURN NEW;
END
$$;
CREATE TRIGGER "vehicles_price_cents" BEFORE INSERT OR UPDATE OF price_amount, price_cents
  ON "vehicles" FOR EACH ROW EXECUTE FUNCTION "vehicles_set_price_cents"();

CREATE INDEX "vehicles_dealership_id_price_cents_id_idx" ON "vehicles"("dealership_id", "price_cents", "id");
CREATE INDEX "vehicles_price_cents_desc_idx" ON "vehicles" ("dealership_id", "price_cents" DESC NULLS LAST, "id" DESC) WHERE "dealership_id" IS NOT NULL;
