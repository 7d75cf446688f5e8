-- AlterTable
ALTER TABLE "Operator" ADD COLUMN     "language" TEXT;
