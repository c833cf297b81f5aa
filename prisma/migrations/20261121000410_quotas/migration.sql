-- AlterTable
ALTER TABLE "dealerships" ADD COLUMN     "image_bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "image_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "reserved_image_bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "reserved_image_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "reserved_video_bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "reserved_video_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "video_bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "video_count" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "vehicles" ADD COLUMN     "image_bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "image_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "reserved_image_bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "reserved_image_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "reserved_video_bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "reserved_video_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "video_bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "video_count" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "media" ADD COLUMN     "reserved_bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "used_bytes" BIGINT NOT NULL DEFAULT 0;

-- What the Prisma schema cannot say: who keeps these numbers.

-- A media uses the room of its original, or of a new version that waits for its renditions if
-- that is larger, and that of its poster. What open tickets need beyond that is reserved. A deleted
-- media takes none, and neither does one whose bytes nobody can send any more.
CREATE FUNCTION "media_set_usage"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  used bigint := 0;
  awaited bigint;
  poster bigint;
  awaited_poster bigint;
BEGIN
  NEW.used_bytes := 0;
  NEW.reserved_bytes := 0;
  IF NEW.deleted_at IS NOT NULL THEN
    RETURN NEW;
  END IF;
  SELECT coalesce(max(upload.byte_size) FILTER (WHERE NOT upload.poster), 0),
      coalesce(max(upload.byte_size) FILTER (WHERE upload.poster), 0)
    INTO awaited, awaited_poster FROM uploads upload
    WHERE upload.dealership_id = NEW.dealership_id AND upload.media_id = NEW.id AND upload.status = 'AWAITING_BYTES';
  IF NEW.status = 'PENDING_UPLOAD' AND awaited = 0 THEN
    RETURN NEW;
  END IF;
  SELECT upload.byte_size INTO poster FROM uploads upload
    WHERE upload.dealership_id = NEW.dealership_id AND upload.media_id = NEW.id
      AND upload.poster AND upload.status = 'COMPLETED'
    ORDER BY upload.completed_at DESC, upload.id DESC LIMIT 1;
  poster := coalesce(poster, 0);
  IF NEW.status <> 'PENDING_UPLOAD' THEN
    SELECT greatest(NEW.original_byte_size, max(job.byte_size)) INTO used FROM media_jobs job
      WHERE job.dealership_id = NEW.dealership_id AND job.media_id = NEW.id AND NOT job.poster;
    NEW.used_bytes := used + poster;
  END IF;
  NEW.reserved_bytes := greatest(used, awaited) + greatest(poster, awaited_poster) - NEW.used_bytes;
  RETURN NEW;
END
$$;

CREATE TRIGGER "media_usage"
  BEFORE INSERT OR UPDATE OF status, deleted_at, original_byte_size, kind, used_bytes
  ON "media" FOR EACH ROW EXECUTE FUNCTION "media_set_usage"();

-- Tickets and jobs change what their media takes.
CREATE FUNCTION "media_touch_usage"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE media SET used_bytes = used_bytes WHERE dealership_id = OLD.dealership_id AND id = OLD.media_id;
  ELSE
    UPDATE media SET used_bytes = used_bytes WHERE dealership_id = NEW.dealership_id AND id = NEW.media_id;
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER "uploads_usage" AFTER INSERT OR DELETE OR UPDATE OF status, byte_size
  ON "uploads" FOR EACH ROW EXECUTE FUNCTION "media_touch_usage"();

CREATE TRIGGER "media_jobs_usage" AFTER INSERT OR DELETE OR UPDATE OF byte_size
  ON "media_jobs" FOR EACH ROW EXECUTE FUNCTION "media_touch_usage"();

-- Adds to a vehicle, then to its dealership: the order in which both are locked everywhere.
CREATE FUNCTION "add_usage"(media media, count integer, bytes bigint, reserved_count integer, reserved_bytes bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF media.kind = 'VIDEO' THEN
    UPDATE vehicles v SET video_count = v.video_count + count, video_bytes = v.video_bytes + bytes,
        reserved_video_count = v.reserved_video_count + add_usage.reserved_count,
        reserved_video_bytes = v.reserved_video_bytes + add_usage.reserved_bytes
      WHERE v.dealership_id = media.dealership_id AND v.id = media.vehicle_id;
    UPDATE dealerships d SET video_count = d.video_count + count, video_bytes = d.video_bytes + bytes,
        reserved_video_count = d.reserved_video_count + add_usage.reserved_count,
        reserved_video_bytes = d.reserved_video_bytes + add_usage.reserved_bytes
      WHERE d.id = media.dealership_id;
  ELSE
    UPDATE vehicles v SET image_count = v.image_count + count, image_bytes = v.image_bytes + bytes,
        reserved_image_count = v.reserved_image_count + add_usage.reserved_count,
        reserved_image_bytes = v.reserved_image_bytes + add_usage.reserved_bytes
      WHERE v.dealership_id = media.dealership_id AND v.id = media.vehicle_id;
    UPDATE dealerships d SET image_count = d.image_count + count, image_bytes = d.image_bytes + bytes,
        reserved_image_count = d.reserved_image_count + add_usage.reserved_count,
        reserved_image_bytes = d.reserved_image_bytes + add_usage.reserved_bytes
      WHERE d.id = media.dealership_id;
  END IF;
END
$$;

CREATE FUNCTION "media_count_usage"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  used integer := 0;
  bytes bigint := 0;
  reserved integer := 0;
  reserved_bytes bigint := 0;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    used := -(OLD.used_bytes > 0)::int;
    bytes := -OLD.used_bytes;
    reserved := -(OLD.used_bytes = 0 AND OLD.reserved_bytes > 0)::int;
    reserved_bytes := -OLD.reserved_bytes;
    IF TG_OP = 'DELETE' OR (OLD.kind, OLD.vehicle_id) IS DISTINCT FROM (NEW.kind, NEW.vehicle_id) THEN
      PERFORM add_usage(OLD, used, bytes, reserved, reserved_bytes);
      used := 0;
      bytes := 0;
      reserved := 0;
      reserved_bytes := 0;
    END IF;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    used := used + (NEW.used_bytes > 0)::int;
    bytes := bytes + NEW.used_bytes;
    reserved := reserved + (NEW.used_bytes = 0 AND NEW.reserved_bytes > 0)::int;
    reserved_bytes := reserved_bytes + NEW.reserved_bytes;
    IF (used, bytes, reserved, reserved_bytes) <> (0, 0, 0, 0) THEN
      PERFORM add_usage(NEW, used, bytes, reserved, reserved_bytes);
    END IF;
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER "media_count" AFTER INSERT OR DELETE ON "media"
  FOR EACH ROW EXECUTE FUNCTION "media_count_usage"();

CREATE TRIGGER "media_recount" AFTER UPDATE ON "media" FOR EACH ROW
  WHEN ((OLD.used_bytes, OLD.reserved_bytes, OLD.kind, OLD.vehicle_id)
    IS DISTINCT FROM (NEW.used_bytes, NEW.reserved_bytes, NEW.kind, NEW.vehicle_id))
  EXECUTE FUNCTION "media_count_usage"();

-- What is there already.
UPDATE "media" SET used_bytes = used_bytes;
