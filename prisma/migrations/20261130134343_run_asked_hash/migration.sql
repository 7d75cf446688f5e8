-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "askedHash" TEXT;
