-- CreateEnum
CREATE TYPE "SendState" AS ENUM ('none', 'waiting', 'sent', 'failed', 'unknown');

-- CreateEnum
CREATE TYPE "HandOverResult" AS ENUM ('accepted', 'rejected', 'later', 'unknown');

-- CreateEnum
CREATE TYPE "WinnerSource" AS ENUM ('list', 'draw');

-- CreateEnum
CREATE TYPE "DrawState" AS ENUM ('prepared', 'frozen', 'drawn');

-- CreateEnum
CREATE TYPE "SeedSource" AS ENUM ('staff', 'drand');

-- CreateEnum
CREATE TYPE "DrawPlace" AS ENUM ('none', 'winner', 'reserve', 'noShow');

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "deliveredAt" TIMESTAMP(3),
ADD COLUMN     "isRepeatable" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "notAfter" TIMESTAMP(3),
ADD COLUMN     "parts" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "Contest" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "isCurrent" BOOLEAN NOT NULL DEFAULT false,
    "isOpen" BOOLEAN NOT NULL DEFAULT true,
    "language" TEXT NOT NULL DEFAULT 'ru',
    "countries" TEXT NOT NULL DEFAULT 'RU',
    "districtId" INTEGER NOT NULL DEFAULT 41,
    "codeLength" INTEGER NOT NULL DEFAULT 4,
    "codeTries" INTEGER NOT NULL DEFAULT 5,
    "codeMinutes" INTEGER NOT NULL DEFAULT 10,
    "tellsRegistered" BOOLEAN NOT NULL DEFAULT false,
    "phoneSeconds" INTEGER NOT NULL DEFAULT 60,
    "phonePerDay" INTEGER NOT NULL DEFAULT 5,
    "addressPerHour" INTEGER NOT NULL DEFAULT 30,
    "prefixPerHour" INTEGER NOT NULL DEFAULT 20,
    "contestPerHour" INTEGER NOT NULL DEFAULT 1000,
    "operatorUrl" TEXT,
    "operatorSecret" TEXT,
    "operatorKnowsRepeats" BOOLEAN NOT NULL DEFAULT false,
    "publishedAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Contest_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Participant" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "contestId" TEXT NOT NULL,
    "firstName" VARCHAR(50) NOT NULL,
    "secondName" VARCHAR(50) NOT NULL,
    "patronymic" VARCHAR(50) NOT NULL DEFAULT '',
    "birthday" DATE NOT NULL,
    "districtId" INTEGER NOT NULL,
    "address" VARCHAR(250) NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "phone" VARCHAR(20) NOT NULL,
    "lastFour" VARCHAR(4) NOT NULL,
    "language" TEXT NOT NULL DEFAULT 'ru',
    "status" BOOLEAN NOT NULL DEFAULT false,
    "handedOverAt" TIMESTAMP(3),
    "handOver" "SendState" NOT NULL DEFAULT 'none',
    "handOverId" TEXT,
    "toldAt" TIMESTAMP(3),
    "notice" "SendState" NOT NULL DEFAULT 'none',
    "noticeId" TEXT,
    "noticeProblem" TEXT,
    "verifiedAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Participant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PhoneVerification" (
    "id" TEXT NOT NULL,
    "contestId" TEXT NOT NULL,
    "phone" VARCHAR(20) NOT NULL,
    "codeHash" TEXT,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "verifiedAt" TIMESTAMP(3),
    "messageId" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "PhoneVerification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "HandOver" (
    "id" TEXT NOT NULL,
    "participantId" TEXT NOT NULL,
    "contestId" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "result" "HandOverResult" NOT NULL,
    "httpStatus" INTEGER,
    "response" VARCHAR(100) NOT NULL,
    "wholeResponse" TEXT NOT NULL,
    "messageId" TEXT,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "HandOver_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TestSending" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "firstName" TEXT NOT NULL,
    "secondName" TEXT NOT NULL,
    "patronymic" TEXT NOT NULL,
    "birthday" TEXT NOT NULL,
    "districtId" INTEGER NOT NULL DEFAULT 41,
    "address" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "phone" TEXT NOT NULL,
    "signature" TEXT,
    "receivedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TestSending_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Winner" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "contestId" TEXT NOT NULL,
    "participantId" TEXT NOT NULL,
    "prize" VARCHAR(250) NOT NULL,
    "source" "WinnerSource" NOT NULL DEFAULT 'list',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Winner_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Draw" (
    "id" TEXT NOT NULL,
    "contestId" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "prizes" TEXT NOT NULL,
    "reserves" INTEGER NOT NULL DEFAULT 5,
    "seedSource" "SeedSource" NOT NULL DEFAULT 'staff',
    "state" "DrawState" NOT NULL DEFAULT 'prepared',
    "entryCount" INTEGER NOT NULL DEFAULT 0,
    "fingerprint" TEXT,
    "frozenAt" TIMESTAMP(3),
    "round" INTEGER,
    "signature" TEXT,
    "seed" TEXT,
    "drawnAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Draw_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DrawCommitment" (
    "id" TEXT NOT NULL,
    "drawId" TEXT NOT NULL,
    "operatorId" TEXT,
    "name" TEXT NOT NULL,
    "commitment" TEXT NOT NULL,
    "words" TEXT,
    "committedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revealedAt" TIMESTAMP(3),

    CONSTRAINT "DrawCommitment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DrawEntry" (
    "id" TEXT NOT NULL,
    "drawId" TEXT NOT NULL,
    "participantId" TEXT,
    "code" TEXT NOT NULL,
    "rank" INTEGER,
    "place" "DrawPlace" NOT NULL DEFAULT 'none',
    "prize" TEXT,
    "reason" TEXT,
    "noShowAt" TIMESTAMP(3),
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "DrawEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SmsBudget" (
    "id" TEXT NOT NULL DEFAULT 'sms',
    "monthlyParts" INTEGER,
    "pricePerPart" DECIMAL(12,4),
    "currency" TEXT NOT NULL DEFAULT '',
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SmsBudget_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SmsMonth" (
    "id" TEXT NOT NULL,
    "parts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "SmsMonth_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Alarm" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 1,
    "raisedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMP(3),
    "endedBy" TEXT,

    CONSTRAINT "Alarm_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Contest_slug_key" ON "Contest"("slug");

-- CreateIndex
CREATE INDEX "Contest_createdAt_idx" ON "Contest"("createdAt");

-- CreateIndex
CREATE INDEX "Contest_title_idx" ON "Contest" USING GIN ("title" gin_trgm_ops);

-- CreateIndex
CREATE UNIQUE INDEX "Participant_number_key" ON "Participant"("number");

-- CreateIndex
CREATE INDEX "Participant_contestId_lastFour_idx" ON "Participant"("contestId", "lastFour");

-- CreateIndex
CREATE INDEX "Participant_createdAt_idx" ON "Participant"("createdAt");

-- CreateIndex
CREATE INDEX "Participant_handOver_idx" ON "Participant"("handOver");

-- CreateIndex
CREATE INDEX "Participant_notice_idx" ON "Participant"("notice");

-- CreateIndex
CREATE INDEX "Participant_firstName_idx" ON "Participant" USING GIN ("firstName" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "Participant_secondName_idx" ON "Participant" USING GIN ("secondName" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "Participant_phone_idx" ON "Participant" USING GIN ("phone" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "Participant_email_idx" ON "Participant" USING GIN ("email" gin_trgm_ops);

-- CreateIndex
CREATE UNIQUE INDEX "Participant_contestId_email_key" ON "Participant"("contestId", "email");

-- CreateIndex
CREATE UNIQUE INDEX "Participant_contestId_phone_key" ON "Participant"("contestId", "phone");

-- CreateIndex
CREATE INDEX "PhoneVerification_createdAt_idx" ON "PhoneVerification"("createdAt");

-- CreateIndex
CREATE INDEX "PhoneVerification_expiresAt_idx" ON "PhoneVerification"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "PhoneVerification_contestId_phone_key" ON "PhoneVerification"("contestId", "phone");

-- CreateIndex
CREATE INDEX "HandOver_participantId_at_idx" ON "HandOver"("participantId", "at");

-- CreateIndex
CREATE INDEX "HandOver_contestId_at_idx" ON "HandOver"("contestId", "at");

-- CreateIndex
CREATE INDEX "HandOver_at_idx" ON "HandOver"("at");

-- CreateIndex
CREATE UNIQUE INDEX "TestSending_number_key" ON "TestSending"("number");

-- CreateIndex
CREATE INDEX "TestSending_receivedAt_idx" ON "TestSending"("receivedAt");

-- CreateIndex
CREATE UNIQUE INDEX "Winner_number_key" ON "Winner"("number");

-- CreateIndex
CREATE UNIQUE INDEX "Winner_participantId_key" ON "Winner"("participantId");

-- CreateIndex
CREATE INDEX "Winner_contestId_number_idx" ON "Winner"("contestId", "number");

-- CreateIndex
CREATE INDEX "Winner_createdAt_idx" ON "Winner"("createdAt");

-- CreateIndex
CREATE INDEX "Winner_prize_idx" ON "Winner" USING GIN ("prize" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "Draw_contestId_idx" ON "Draw"("contestId");

-- CreateIndex
CREATE INDEX "Draw_createdAt_idx" ON "Draw"("createdAt");

-- CreateIndex
CREATE INDEX "DrawCommitment_drawId_committedAt_idx" ON "DrawCommitment"("drawId", "committedAt");

-- CreateIndex
CREATE UNIQUE INDEX "DrawCommitment_drawId_commitment_key" ON "DrawCommitment"("drawId", "commitment");

-- CreateIndex
CREATE INDEX "DrawEntry_drawId_rank_idx" ON "DrawEntry"("drawId", "rank");

-- CreateIndex
CREATE INDEX "DrawEntry_participantId_idx" ON "DrawEntry"("participantId");

-- CreateIndex
CREATE UNIQUE INDEX "DrawEntry_drawId_code_key" ON "DrawEntry"("drawId", "code");

-- CreateIndex
CREATE UNIQUE INDEX "DrawEntry_drawId_participantId_key" ON "DrawEntry"("drawId", "participantId");

-- CreateIndex
CREATE INDEX "Alarm_endedAt_lastAt_idx" ON "Alarm"("endedAt", "lastAt");

-- CreateIndex
CREATE INDEX "Alarm_key_idx" ON "Alarm"("key");

-- AddForeignKey
ALTER TABLE "Participant" ADD CONSTRAINT "Participant_contestId_fkey" FOREIGN KEY ("contestId") REFERENCES "Contest"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PhoneVerification" ADD CONSTRAINT "PhoneVerification_contestId_fkey" FOREIGN KEY ("contestId") REFERENCES "Contest"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "HandOver" ADD CONSTRAINT "HandOver_participantId_fkey" FOREIGN KEY ("participantId") REFERENCES "Participant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Winner" ADD CONSTRAINT "Winner_contestId_fkey" FOREIGN KEY ("contestId") REFERENCES "Contest"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Winner" ADD CONSTRAINT "Winner_participantId_fkey" FOREIGN KEY ("participantId") REFERENCES "Participant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Draw" ADD CONSTRAINT "Draw_contestId_fkey" FOREIGN KEY ("contestId") REFERENCES "Contest"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DrawCommitment" ADD CONSTRAINT "DrawCommitment_drawId_fkey" FOREIGN KEY ("drawId") REFERENCES "Draw"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DrawEntry" ADD CONSTRAINT "DrawEntry_drawId_fkey" FOREIGN KEY ("drawId") REFERENCES "Draw"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DrawEntry" ADD CONSTRAINT "DrawEntry_participantId_fkey" FOREIGN KEY ("participantId") REFERENCES "Participant"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- By hand: what the models cannot say. Kept by `npm run migrate:new -- --rewrite`.
INSERT INTO "SmsBudget" (id) VALUES ('sms');
-- Webhooks that wait already are those whose receivers know repeats.
UPDATE "Message" SET "isRepeatable" = true WHERE channel = 'webhook';
-- One open row a key: raised again, it counts up.
CREATE UNIQUE INDEX "Alarm_open_key" ON "Alarm" (key) WHERE "endedAt" IS NULL;
CREATE UNIQUE INDEX "Contest_current" ON "Contest" ("isCurrent") WHERE "isCurrent";
ALTER TABLE "SmsBudget" ADD CONSTRAINT "SmsBudget_one" CHECK (id = 'sms' AND "monthlyParts" >= 0 AND "pricePerPart" >= 0);
ALTER TABLE "Contest" ADD CONSTRAINT "Contest_codes" CHECK ("codeLength" BETWEEN 4 AND 8 AND "codeTries" BETWEEN 1 AND 10 AND "codeMinutes" BETWEEN 1 AND 60);
ALTER TABLE "Contest" ADD CONSTRAINT "Contest_limits" CHECK ("phoneSeconds" >= 0 AND "phonePerDay" > 0 AND "addressPerHour" > 0 AND "prefixPerHour" > 0 AND "contestPerHour" > 0);
ALTER TABLE "Participant" ADD CONSTRAINT "Participant_phone" CHECK (phone ~ '^\+[0-9]{6,15}$' AND "lastFour" = right(phone, 4));
ALTER TABLE "Draw" ADD CONSTRAINT "Draw_reserves" CHECK (reserves BETWEEN 0 AND 100000);
