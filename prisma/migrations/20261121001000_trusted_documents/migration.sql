-- CreateTable
CREATE TABLE "trusted_documents" (
    "dealership_id" UUID NOT NULL,
    "hash" CHAR(64) NOT NULL,
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "trusted_documents_pkey" PRIMARY KEY ("dealership_id","hash")
);

-- AddForeignKey
ALTER TABLE "trusted_documents" ADD CONSTRAINT "trusted_documents_dealership_id_fkey" FOREIGN KEY ("dealership_id") REFERENCES "dealerships"("id") ON DELETE CASCADE ON UPDATE CASCADE;


SELECT wall_in('trusted_documents', 'SELECT, INSERT, DELETE');
