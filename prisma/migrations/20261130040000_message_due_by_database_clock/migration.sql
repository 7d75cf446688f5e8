-- AlterTable
ALTER TABLE "Message" ALTER COLUMN "notBefore" SET DEFAULT clock_timestamp();
