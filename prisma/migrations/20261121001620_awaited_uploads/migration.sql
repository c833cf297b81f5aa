-- What looks for tickets that are past their time finds those of a vehicle, and of all, among the few
-- that are open. A connection plans once, perhaps on tables that are still empty: there an index of some
-- rows is taken before one of all rows, whatever columns that begins with.
CREATE INDEX "uploads_awaited_idx" ON "uploads" ("dealership_id", "vehicle_id", "expires_at") WHERE "status" = 'AWAITING_BYTES';
DROP INDEX "uploads_status_expires_at_idx";
