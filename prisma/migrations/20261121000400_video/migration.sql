-- AlterTable
ALTER TABLE "media" ADD COLUMN     "poster_version" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "video_byte_size" INTEGER,
ADD COLUMN     "video_codecs" TEXT,
ADD COLUMN     "video_key" TEXT;

-- AlterTable
ALTER TABLE "media_jobs" ADD COLUMN     "poster" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "uploads" ADD COLUMN     "poster" BOOLEAN NOT NULL DEFAULT false;

-- What the Prisma schema cannot say: a video is told whole, and is one.
ALTER TABLE "media"
  ADD CONSTRAINT "media_video_check" CHECK (
    num_nonnulls(video_key, video_codecs, video_byte_size) IN (0, 3)
    AND (video_key IS NULL OR kind = 'VIDEO' AND video_byte_size > 0)
  ),
  ADD CONSTRAINT "media_duration_ms_check" CHECK (duration_ms > 0);
