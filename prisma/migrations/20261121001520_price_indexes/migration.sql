CREATE INDEX "vehicles_dealership_id_price_cents_id_idx" ON "vehicles"("dealership_id", "price_cents", "id");
CREATE INDEX "vehicles_price_cents_desc_idx" ON "vehicles" ("dealership_id", "price_cents" DESC NULLS LAST, "id" DESC) WHERE "dealership_id" IS NOT NULL;
