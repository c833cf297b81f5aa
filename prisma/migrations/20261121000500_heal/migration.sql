-- AlterTable
ALTER TABLE "uploads" ADD COLUMN     "bytes_seen_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "orphaned_objects" (
    "key" TEXT NOT NULL,
    "found_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "condemned_at" TIMESTAMPTZ(3),

    CONSTRAINT "orphaned_objects_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "housekeeping_tasks" (
    "name" TEXT NOT NULL,
    "next_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "housekeeping_tasks_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "orphaned_objects_found_at_idx" ON "orphaned_objects"("found_at");

-- CreateIndex
CREATE INDEX "media_jobs_source_key_idx" ON "media_jobs"("source_key");

-- CreateIndex
CREATE INDEX "renditions_storage_key_idx" ON "renditions"("storage_key");

-- What the Prisma schema cannot say: few media are deleted, still awaited or videos.
CREATE INDEX "media_deleted_idx" ON "media" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX "media_pending_idx" ON "media" (updated_at) WHERE status = 'PENDING_UPLOAD';
CREATE INDEX "media_video_key_idx" ON "media" (video_key) WHERE video_key IS NOT NULL;
