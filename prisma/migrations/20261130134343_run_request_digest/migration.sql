-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "requestDigest" TEXT;
