-- AlterTable
ALTER TABLE "uploads" ADD COLUMN     "existing_media_id" UUID,
ADD COLUMN     "source_key" TEXT;

-- AlterTable
ALTER TABLE "media_jobs" ADD COLUMN     "rendered" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE INDEX "media_dealership_id_original_sha256_idx" ON "media"("dealership_id", "original_sha256");
