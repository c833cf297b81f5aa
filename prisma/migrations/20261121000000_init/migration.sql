-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('OWNER', 'MANAGER', 'PHOTOGRAPHER', 'VIEWER');

-- CreateEnum
CREATE TYPE "VehicleStatus" AS ENUM ('DRAFT', 'PUBLISHED', 'SOLD', 'ARCHIVED');

-- CreateEnum
CREATE TYPE "VehicleCondition" AS ENUM ('NEW', 'USED', 'CERTIFIED');

-- CreateEnum
CREATE TYPE "UploadStatus" AS ENUM ('AWAITING_BYTES', 'COMPLETED', 'CANCELLED', 'EXPIRED', 'FAILED');

-- CreateEnum
CREATE TYPE "MediaKind" AS ENUM ('IMAGE', 'VIDEO');

-- CreateEnum
CREATE TYPE "MediaStatus" AS ENUM ('PENDING_UPLOAD', 'UPLOADED', 'PROCESSING', 'READY', 'FAILED');

-- CreateEnum
CREATE TYPE "ImageFormat" AS ENUM ('WEBP', 'JPEG', 'AVIF');

-- CreateEnum
CREATE TYPE "MediaEventType" AS ENUM ('MEDIA_ADDED', 'MEDIA_UPDATED', 'MEDIA_STATUS_CHANGED', 'MEDIA_REMOVED', 'MEDIA_REORDERED');

-- CreateTable
CREATE TABLE "dealerships" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dealerships_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "memberships" (
    "dealership_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" "Role" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "memberships_pkey" PRIMARY KEY ("dealership_id","user_id")
);

-- CreateTable
CREATE TABLE "vehicles" (
    "id" UUID NOT NULL,
    "dealership_id" UUID NOT NULL,
    "vin" CHAR(17),
    "stock_number" TEXT,
    "year" INTEGER,
    "make" TEXT,
    "model" TEXT,
    "trim" TEXT,
    "body_style" TEXT,
    "condition" "VehicleCondition",
    "status" "VehicleStatus" NOT NULL DEFAULT 'DRAFT',
    "price_amount" DECIMAL(12,2),
    "price_currency" CHAR(3),
    "mileage" INTEGER,
    "exterior_color" TEXT,
    "interior_color" TEXT,
    "description" TEXT,
    "media_version" INTEGER NOT NULL DEFAULT 0,
    "search_text" TEXT NOT NULL DEFAULT '',
    "published_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vehicles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "uploads" (
    "id" UUID NOT NULL,
    "dealership_id" UUID NOT NULL,
    "vehicle_id" UUID NOT NULL,
    "media_id" UUID NOT NULL,
    "created_by_id" UUID,
    "status" "UploadStatus" NOT NULL DEFAULT 'AWAITING_BYTES',
    "failure_code" TEXT,
    "client_ref" TEXT,
    "file_name" TEXT NOT NULL,
    "content_type" TEXT NOT NULL,
    "byte_size" BIGINT NOT NULL,
    "md5" TEXT NOT NULL,
    "sha256" TEXT,
    "position" INTEGER,
    "replaces" BOOLEAN NOT NULL DEFAULT false,
    "storage_key" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "uploads_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "media" (
    "id" UUID NOT NULL,
    "dealership_id" UUID NOT NULL,
    "vehicle_id" UUID NOT NULL,
    "kind" "MediaKind" NOT NULL DEFAULT 'IMAGE',
    "status" "MediaStatus" NOT NULL DEFAULT 'PENDING_UPLOAD',
    "position" INTEGER NOT NULL,
    "alt" TEXT,
    "caption" TEXT,
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "group_key" TEXT,
    "original_file_name" TEXT NOT NULL,
    "original_content_type" TEXT NOT NULL,
    "original_byte_size" BIGINT NOT NULL,
    "original_sha256" TEXT,
    "version" INTEGER NOT NULL DEFAULT 0,
    "width" INTEGER,
    "height" INTEGER,
    "duration_ms" INTEGER,
    "placeholder" TEXT,
    "error_code" TEXT,
    "warning_code" TEXT,
    "ready_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "media_jobs" (
    "id" UUID NOT NULL,
    "dealership_id" UUID NOT NULL,
    "media_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "source_key" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "file_name" TEXT NOT NULL,
    "content_type" TEXT NOT NULL,
    "byte_size" BIGINT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lease_expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "renditions" (
    "dealership_id" UUID NOT NULL,
    "media_id" UUID NOT NULL,
    "format" "ImageFormat" NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "byte_size" INTEGER NOT NULL,
    "storage_key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "renditions_pkey" PRIMARY KEY ("media_id","format","width")
);

-- CreateTable
CREATE TABLE "media_events" (
    "seq" BIGSERIAL NOT NULL,
    "xid" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "dealership_id" UUID NOT NULL,
    "vehicle_id" UUID NOT NULL,
    "media_id" UUID,
    "type" "MediaEventType" NOT NULL,
    "is_public" BOOLEAN NOT NULL,
    "media_version" INTEGER NOT NULL,
    "payload" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "media_events_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "media_feed" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "epoch" TEXT NOT NULL,
    "pruned_xid" TEXT NOT NULL DEFAULT '0',
    "pruned_seq" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "media_feed_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "dealerships_slug_key" ON "dealerships"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE INDEX "memberships_user_id_idx" ON "memberships"("user_id");

-- CreateIndex
CREATE INDEX "vehicles_dealership_id_created_at_id_idx" ON "vehicles"("dealership_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "vehicles_dealership_id_status_created_at_id_idx" ON "vehicles"("dealership_id", "status", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "vehicles_dealership_id_updated_at_id_idx" ON "vehicles"("dealership_id", "updated_at", "id");

-- CreateIndex
CREATE INDEX "vehicles_dealership_id_price_amount_id_idx" ON "vehicles"("dealership_id", "price_amount", "id");

-- CreateIndex
CREATE INDEX "vehicles_dealership_id_year_id_idx" ON "vehicles"("dealership_id", "year", "id");

-- CreateIndex
CREATE INDEX "vehicles_dealership_id_mileage_id_idx" ON "vehicles"("dealership_id", "mileage", "id");

-- CreateIndex
CREATE UNIQUE INDEX "vehicles_dealership_id_id_key" ON "vehicles"("dealership_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "vehicles_dealership_id_vin_key" ON "vehicles"("dealership_id", "vin");

-- CreateIndex
CREATE UNIQUE INDEX "vehicles_dealership_id_stock_number_key" ON "vehicles"("dealership_id", "stock_number");

-- CreateIndex
CREATE UNIQUE INDEX "uploads_storage_key_key" ON "uploads"("storage_key");

-- CreateIndex
CREATE INDEX "uploads_dealership_id_vehicle_id_status_idx" ON "uploads"("dealership_id", "vehicle_id", "status");

-- CreateIndex
CREATE INDEX "uploads_dealership_id_media_id_idx" ON "uploads"("dealership_id", "media_id");

-- CreateIndex
CREATE INDEX "uploads_status_expires_at_idx" ON "uploads"("status", "expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "uploads_dealership_id_id_key" ON "uploads"("dealership_id", "id");

-- CreateIndex
CREATE INDEX "media_vehicle_id_position_id_idx" ON "media"("vehicle_id", "position", "id");

-- CreateIndex
CREATE UNIQUE INDEX "media_dealership_id_id_key" ON "media"("dealership_id", "id");

-- CreateIndex
CREATE INDEX "media_jobs_dealership_id_media_id_idx" ON "media_jobs"("dealership_id", "media_id");

-- CreateIndex
CREATE INDEX "media_jobs_available_at_id_idx" ON "media_jobs"("available_at", "id");

-- CreateIndex
CREATE INDEX "renditions_dealership_id_media_id_idx" ON "renditions"("dealership_id", "media_id");

-- CreateIndex
CREATE INDEX "media_events_xid_seq_idx" ON "media_events"("xid", "seq");

-- CreateIndex
CREATE INDEX "media_events_vehicle_id_xid_seq_idx" ON "media_events"("vehicle_id", "xid", "seq");

-- CreateIndex
CREATE INDEX "media_events_dealership_id_xid_seq_idx" ON "media_events"("dealership_id", "xid", "seq");

-- CreateIndex
CREATE INDEX "media_events_at_idx" ON "media_events"("at");

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_dealership_id_fkey" FOREIGN KEY ("dealership_id") REFERENCES "dealerships"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vehicles" ADD CONSTRAINT "vehicles_dealership_id_fkey" FOREIGN KEY ("dealership_id") REFERENCES "dealerships"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_dealership_id_fkey" FOREIGN KEY ("dealership_id") REFERENCES "dealerships"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_dealership_id_vehicle_id_fkey" FOREIGN KEY ("dealership_id", "vehicle_id") REFERENCES "vehicles"("dealership_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_dealership_id_media_id_fkey" FOREIGN KEY ("dealership_id", "media_id") REFERENCES "media"("dealership_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "media" ADD CONSTRAINT "media_dealership_id_fkey" FOREIGN KEY ("dealership_id") REFERENCES "dealerships"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "media" ADD CONSTRAINT "media_dealership_id_vehicle_id_fkey" FOREIGN KEY ("dealership_id", "vehicle_id") REFERENCES "vehicles"("dealership_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "media_jobs" ADD CONSTRAINT "media_jobs_dealership_id_media_id_fkey" FOREIGN KEY ("dealership_id", "media_id") REFERENCES "media"("dealership_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "renditions" ADD CONSTRAINT "renditions_dealership_id_media_id_fkey" FOREIGN KEY ("dealership_id", "media_id") REFERENCES "media"("dealership_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;


