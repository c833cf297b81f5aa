-- AlterTable
ALTER TABLE "uploads" ADD COLUMN     "multipart_id" TEXT,
ADD COLUMN     "part_size" INTEGER,
ALTER COLUMN "md5" DROP NOT NULL;

-- What the Prisma schema cannot say.
ALTER TABLE "uploads"
  ADD CONSTRAINT "uploads_part_size_check" CHECK (part_size > 0),
  ADD CONSTRAINT "uploads_md5_check" CHECK (md5 IS NOT NULL OR part_size IS NOT NULL),
  ADD CONSTRAINT "uploads_multipart_id_check" CHECK (multipart_id IS NULL OR part_size IS NOT NULL);
