-- Media that come or go together are counted together: one by one, each would write its dealership's
-- row again, which takes ever longer within one transaction.
DROP TRIGGER "media_count" ON "media";

CREATE FUNCTION "media_count_moved"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
  UPDATE vehicles v SET
      image_count = v.image_count + taken.image_count,
      image_bytes = v.image_bytes + taken.image_bytes,
      reserved_image_count = v.reserved_image_count + taken.reserved_image_count,
      reserved_image_bytes = v.reserved_image_bytes + taken.reserved_image_bytes,
      video_count = v.video_count + taken.video_count,
      video_bytes = v.video_bytes + taken.video_bytes,
      reserved_video_count = v.reserved_video_count + taken.reserved_video_count,
      reserved_video_bytes = v.reserved_video_bytes + taken.reserved_video_bytes
    FROM (
      SELECT vehicle_id,
        sign * count(*) FILTER (WHERE kind = 'IMAGE' AND used_bytes > 0) image_count,
        sign * coalesce(sum(used_bytes) FILTER (WHERE kind = 'IMAGE'), 0) image_bytes,
        sign * count(*) FILTER (WHERE kind = 'IMAGE' AND used_bytes = 0) reserved_image_count,
        sign * coalesce(sum(reserved_bytes) FILTER (WHERE kind = 'IMAGE'), 0) reserved_image_bytes,
        sign * count(*) FILTER (WHERE kind = 'VIDEO' AND used_bytes > 0) video_count,
        sign * coalesce(sum(used_bytes) FILTER (WHERE kind = 'VIDEO'), 0) video_bytes,
        sign * count(*) FILTER (WHERE kind = 'VIDEO' AND used_bytes = 0) reserved_video_count,
        sign * coalesce(sum(reserved_bytes) FILTER (WHERE kind = 'VIDEO'), 0) reserved_video_bytes
      FROM moved WHERE used_bytes > 0 OR reserved_bytes > 0 GROUP BY vehicle_id
    ) taken
    WHERE v.id = taken.vehicle_id;

  UPDATE dealerships d SET
      image_count = d.image_count + taken.image_count,
      image_bytes = d.image_bytes + taken.image_bytes,
      reserved_image_count = d.reserved_image_count + taken.reserved_image_count,
      reserved_image_bytes = d.reserved_image_bytes + taken.reserved_image_bytes,
      video_count = d.video_count + taken.video_count,
      video_bytes = d.video_bytes + taken.video_bytes,
      reserved_video_count = d.reserved_video_count + taken.reserved_video_count,
      reserved_video_bytes = d.reserved_video_bytes + taken.reserved_video_bytes
    FROM (
      SELECT dealership_id,
        sign * count(*) FILTER (WHERE kind = 'IMAGE' AND used_bytes > 0) image_count,
        sign * coalesce(sum(used_bytes) FILTER (WHERE kind = 'IMAGE'), 0) image_bytes,
        sign * count(*) FILTER (WHERE kind = 'IMAGE' AND used_bytes = 0) reserved_image_count,
        sign * coalesce(sum(reserved_bytes) FILTER (WHERE kind = 'IMAGE'), 0) reserved_image_bytes,
        sign * count(*) FILTER (WHERE kind = 'VIDEO' AND used_bytes > 0) video_count,
        sign * coalesce(sum(used_bytes) FILTER (WHERE kind = 'VIDEO'), 0) video_bytes,
        sign * count(*) FILTER (WHERE kind = 'VIDEO' AND used_bytes = 0) reserved_video_count,
        sign * coalesce(sum(reserved_bytes) FILTER (WHERE kind = 'VIDEO'), 0) reserved_video_bytes
      FROM moved WHERE used_bytes > 0 OR reserved_bytes > 0 GROUP BY dealership_id
    ) taken
    WHERE d.id = taken.dealership_id;

  RETURN NULL;
END
$$;

CREATE TRIGGER "media_count_added" AFTER INSERT ON "media"
  REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION "media_count_moved"();

CREATE TRIGGER "media_count_removed" AFTER DELETE ON "media"
  REFERENCING OLD TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION "media_count_moved"();
