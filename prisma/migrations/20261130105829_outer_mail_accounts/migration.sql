-- AlterTable
ALTER TABLE "MailAccount" ADD COLUMN     "isOuter" BOOLEAN NOT NULL DEFAULT false;
