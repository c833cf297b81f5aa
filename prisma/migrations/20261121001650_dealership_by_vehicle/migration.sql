-- A media is of a vehicle of its dealership, and an upload of such a media: looking for the dealership
-- as well, each time, says nothing more.
ALTER TABLE "media" DROP CONSTRAINT "media_dealership_id_fkey";
ALTER TABLE "uploads" DROP CONSTRAINT "uploads_dealership_id_fkey";
-- And a key is forgotten after a day, whoever is gone.
ALTER TABLE "idempotency_keys" DROP CONSTRAINT "idempotency_keys_dealership_id_fkey";
