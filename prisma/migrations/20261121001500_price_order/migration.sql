-- The order of prices in whole cents. Behind row-level security Postgres reads no range of an index of
-- numerics: their comparisons are not leakproof, those of bigint are.
ALTER TABLE "vehicles" ADD COLUMN "price_cents" BIGINT;

CREATE FUNCTION "vehicles_set_price_cents"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.price_cents := NEW.price_amount * 100;
  RETURN NEW;
END
$$;
CREATE TRIGGER "vehicles_price_cents" BEFORE INSERT OR UPDATE OF price_amount, price_cents
  ON "vehicles" FOR EACH ROW EXECUTE FUNCTION "vehicles_set_price_cents"();
