-- CreateEnum
CREATE TYPE "SuppressionReason" AS ENUM ('unsubscribed', 'bounced', 'complained', 'asked');

-- AlterEnum
ALTER TYPE "MessageState" ADD VALUE 'bounced';

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "isTransactional" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "isUrgent" BOOLEAN NOT NULL DEFAULT true;

-- CreateTable
CREATE TABLE "Suppression" (
    "id" TEXT NOT NULL,
    "channel" TEXT NOT NULL DEFAULT 'email',
    "address" TEXT,
    "addressHash" TEXT NOT NULL,
    "reason" "SuppressionReason" NOT NULL DEFAULT 'asked',
    "note" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Suppression_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "MailTemplate" (
    "id" TEXT NOT NULL,
    "mail" TEXT NOT NULL,
    "label" TEXT NOT NULL DEFAULT '',
    "channel" TEXT NOT NULL DEFAULT 'email',
    "language" TEXT NOT NULL,
    "subject" TEXT NOT NULL DEFAULT '',
    "text" TEXT,
    "html" TEXT NOT NULL DEFAULT '',
    "editedAt" TIMESTAMP(3),
    "editedBy" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "MailTemplate_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Suppression_createdAt_idx" ON "Suppression"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Suppression_channel_addressHash_reason_key" ON "Suppression"("channel", "addressHash", "reason");

-- CreateIndex
CREATE UNIQUE INDEX "MailTemplate_mail_language_key" ON "MailTemplate"("mail", "language");

-- CreateIndex
CREATE INDEX "Message_providerId_idx" ON "Message"("providerId");
