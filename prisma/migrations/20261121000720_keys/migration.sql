-- CreateEnum
CREATE TYPE "ApiScope" AS ENUM ('VEHICLES_READ', 'VEHICLES_WRITE', 'MEDIA_WRITE', 'ACCOUNT_READ');

-- AlterTable
ALTER TABLE "uploads" ADD COLUMN     "api_key_id" UUID,
ADD COLUMN     "upload_token_id" UUID;

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL,
    "dealership_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" CHAR(64) NOT NULL,
    "scopes" "ApiScope"[],
    "created_by_id" UUID,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "embed_keys" (
    "id" UUID NOT NULL,
    "dealership_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "origins" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_by_id" UUID,
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "embed_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "upload_tokens" (
    "id" UUID NOT NULL,
    "dealership_id" UUID NOT NULL,
    "vehicle_id" UUID NOT NULL,
    "hash" CHAR(64) NOT NULL,
    "max_uploads" INTEGER NOT NULL,
    "used_uploads" INTEGER NOT NULL DEFAULT 0,
    "created_by_id" UUID,
    "api_key_id" UUID,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "upload_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_prefix_key" ON "api_keys"("prefix");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");

-- CreateIndex
CREATE INDEX "api_keys_dealership_id_created_at_id_idx" ON "api_keys"("dealership_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_dealership_id_id_key" ON "api_keys"("dealership_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "embed_keys_key_key" ON "embed_keys"("key");

-- CreateIndex
CREATE INDEX "embed_keys_dealership_id_created_at_id_idx" ON "embed_keys"("dealership_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "embed_keys_dealership_id_id_key" ON "embed_keys"("dealership_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "upload_tokens_hash_key" ON "upload_tokens"("hash");

-- CreateIndex
CREATE INDEX "upload_tokens_dealership_id_vehicle_id_created_at_idx" ON "upload_tokens"("dealership_id", "vehicle_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "upload_tokens_expires_at_idx" ON "upload_tokens"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "upload_tokens_dealership_id_id_key" ON "upload_tokens"("dealership_id", "id");

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_dealership_id_fkey" FOREIGN KEY ("dealership_id") REFERENCES "dealerships"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "embed_keys" ADD CONSTRAINT "embed_keys_dealership_id_fkey" FOREIGN KEY ("dealership_id") REFERENCES "dealerships"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "embed_keys" ADD CONSTRAINT "embed_keys_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upload_tokens" ADD CONSTRAINT "upload_tokens_dealership_id_vehicle_id_fkey" FOREIGN KEY ("dealership_id", "vehicle_id") REFERENCES "vehicles"("dealership_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upload_tokens" ADD CONSTRAINT "upload_tokens_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upload_tokens" ADD CONSTRAINT "upload_tokens_dealership_id_api_key_id_fkey" FOREIGN KEY ("dealership_id", "api_key_id") REFERENCES "api_keys"("dealership_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;


SELECT wall_in('api_keys', 'SELECT, INSERT, UPDATE');
SELECT wall_in('embed_keys', 'SELECT, INSERT, UPDATE');
SELECT wall_in('upload_tokens', 'SELECT, INSERT, UPDATE');
