-- Media get their hash when their bytes are claimed. Whether a media is there, which each ticket asks for
-- its foreign key, was looked for among all of the dealership's by a connection that planned it while
-- there were none.
CREATE INDEX "media_stored_idx" ON "media" ("dealership_id", "original_sha256") WHERE "original_sha256" IS NOT NULL;
DROP INDEX "media_dealership_id_original_sha256_idx";
