-- By itself, so that nobody waits for the rows that it writes while the table is altered or indexed.
UPDATE "vehicles" SET "price_cents" = "price_amount" * 100 WHERE "price_amount" IS NOT NULL;
