-- CreateEnum
CREATE TYPE "ClubState" AS ENUM ('pending', 'approved', 'refused', 'suspended');

-- CreateEnum
CREATE TYPE "ActivityState" AS ENUM ('pending', 'approved', 'rejected');

-- CreateEnum
CREATE TYPE "ActivityType" AS ENUM ('charity', 'sports', 'contest', 'lecture', 'outdoor', 'leisure', 'show');

-- CreateEnum
CREATE TYPE "Campus" AS ENUM ('east', 'south', 'north', 'zhuhai');

-- CreateEnum
CREATE TYPE "ActivityEnrolling" AS ENUM ('none', 'open', 'closed');

-- AlterTable
ALTER TABLE "Operator" ADD COLUMN     "passwordUntil" TIMESTAMP(3);

-- CreateTable
CREATE TABLE "Club" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "name" VARCHAR(45) NOT NULL,
    "email" VARCHAR(255) NOT NULL,
    "info" VARCHAR(150) NOT NULL DEFAULT '',
    "logo" VARCHAR(70) NOT NULL,
    "logoId" TEXT,
    "evidence" VARCHAR(70) NOT NULL DEFAULT '',
    "evidenceId" TEXT,
    "state" "ClubState" NOT NULL DEFAULT 'pending',
    "refusal" VARCHAR(500) NOT NULL DEFAULT '',
    "language" TEXT NOT NULL DEFAULT 'en',
    "appliedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decidedAt" TIMESTAMP(3),
    "decidedBy" TEXT NOT NULL DEFAULT '',
    "decisions" INTEGER NOT NULL DEFAULT 0,
    "approvedUntil" TIMESTAMP(3),
    "remindedAt" TIMESTAMP(3),
    "renewalAskedAt" TIMESTAMP(3),
    "evidenceDeletedAt" TIMESTAMP(3),
    "operatorId" TEXT,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Club_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Activity" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "clubId" TEXT,
    "name" VARCHAR(30) NOT NULL,
    "startsAt" TIMESTAMP(3) NOT NULL,
    "endsAt" TIMESTAMP(3) NOT NULL,
    "campuses" "Campus"[] DEFAULT ARRAY[]::"Campus"[],
    "location" VARCHAR(100) NOT NULL DEFAULT '',
    "condition" VARCHAR(50) NOT NULL DEFAULT '',
    "sponsor" VARCHAR(50) NOT NULL DEFAULT '',
    "type" "ActivityType" NOT NULL,
    "shownFrom" TIMESTAMP(3) NOT NULL,
    "shownUntil" TIMESTAMP(3) NOT NULL,
    "detail" VARCHAR(150) NOT NULL DEFAULT '',
    "reward" VARCHAR(30) NOT NULL DEFAULT '',
    "introduction" VARCHAR(50) NOT NULL DEFAULT '',
    "requirement" VARCHAR(50) NOT NULL DEFAULT '',
    "poster" VARCHAR(64) NOT NULL DEFAULT '',
    "posterId" TEXT,
    "qrcode" VARCHAR(64) NOT NULL DEFAULT '',
    "qrcodeId" TEXT,
    "email" VARCHAR(255) NOT NULL DEFAULT '',
    "enrolWay" VARCHAR(100) NOT NULL DEFAULT '',
    "enrolUntil" TIMESTAMP(3),
    "enrolling" "ActivityEnrolling" NOT NULL DEFAULT 'none',
    "capacity" INTEGER,
    "state" "ActivityState" NOT NULL DEFAULT 'pending',
    "rejection" VARCHAR(500) NOT NULL DEFAULT '',
    "approvedValues" JSONB,
    "editedAt" TIMESTAMP(3),
    "decidedAt" TIMESTAMP(3),
    "decidedBy" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Activity_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ActivityEnrolment" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "activityId" TEXT NOT NULL,
    "name" VARCHAR(64) NOT NULL,
    "studentId" VARCHAR(64) NOT NULL,
    "phone" VARCHAR(20) NOT NULL,
    "school" VARCHAR(100) NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ActivityEnrolment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ClubMessage" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "subject" VARCHAR(60) NOT NULL,
    "body" VARCHAR(150) NOT NULL,
    "runId" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ClubMessage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ClubMessageRecipient" (
    "id" TEXT NOT NULL,
    "messageId" TEXT NOT NULL,
    "clubId" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ClubMessageRecipient_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ClubSettings" (
    "id" TEXT NOT NULL DEFAULT 'settings',
    "evidenceDays" INTEGER NOT NULL DEFAULT 30,
    "renewalMonths" INTEGER NOT NULL DEFAULT 0,
    "reminderDays" INTEGER NOT NULL DEFAULT 30,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ClubSettings_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Club_number_key" ON "Club"("number");

-- CreateIndex
CREATE UNIQUE INDEX "Club_operatorId_key" ON "Club"("operatorId");

-- CreateIndex
CREATE INDEX "Club_state_appliedAt_idx" ON "Club"("state", "appliedAt");

-- CreateIndex
CREATE INDEX "Club_logo_idx" ON "Club"("logo");

-- CreateIndex
CREATE INDEX "Club_appliedAt_idx" ON "Club"("appliedAt");

-- CreateIndex
CREATE INDEX "Club_name_idx" ON "Club" USING GIN ("name" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "Club_email_idx" ON "Club" USING GIN ("email" gin_trgm_ops);

-- CreateIndex
CREATE UNIQUE INDEX "Activity_number_key" ON "Activity"("number");

-- CreateIndex
CREATE INDEX "Activity_state_number_idx" ON "Activity"("state", "number");

-- CreateIndex
CREATE INDEX "Activity_clubId_number_idx" ON "Activity"("clubId", "number");

-- CreateIndex
CREATE INDEX "Activity_startsAt_idx" ON "Activity"("startsAt");

-- CreateIndex
CREATE INDEX "Activity_createdAt_idx" ON "Activity"("createdAt");

-- CreateIndex
CREATE INDEX "Activity_poster_idx" ON "Activity"("poster");

-- CreateIndex
CREATE INDEX "Activity_qrcode_idx" ON "Activity"("qrcode");

-- CreateIndex
CREATE INDEX "Activity_name_idx" ON "Activity" USING GIN ("name" gin_trgm_ops);

-- CreateIndex
CREATE UNIQUE INDEX "ActivityEnrolment_number_key" ON "ActivityEnrolment"("number");

-- CreateIndex
CREATE INDEX "ActivityEnrolment_createdAt_idx" ON "ActivityEnrolment"("createdAt");

-- CreateIndex
CREATE INDEX "ActivityEnrolment_name_idx" ON "ActivityEnrolment" USING GIN ("name" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "ActivityEnrolment_studentId_idx" ON "ActivityEnrolment" USING GIN ("studentId" gin_trgm_ops);

-- CreateIndex
CREATE UNIQUE INDEX "ActivityEnrolment_activityId_studentId_key" ON "ActivityEnrolment"("activityId", "studentId");

-- CreateIndex
CREATE UNIQUE INDEX "ClubMessage_number_key" ON "ClubMessage"("number");

-- CreateIndex
CREATE UNIQUE INDEX "ClubMessage_runId_key" ON "ClubMessage"("runId");

-- CreateIndex
CREATE INDEX "ClubMessage_createdAt_idx" ON "ClubMessage"("createdAt");

-- CreateIndex
CREATE INDEX "ClubMessageRecipient_clubId_idx" ON "ClubMessageRecipient"("clubId");

-- CreateIndex
CREATE UNIQUE INDEX "ClubMessageRecipient_messageId_clubId_key" ON "ClubMessageRecipient"("messageId", "clubId");

-- AddForeignKey
ALTER TABLE "Activity" ADD CONSTRAINT "Activity_clubId_fkey" FOREIGN KEY ("clubId") REFERENCES "Club"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ActivityEnrolment" ADD CONSTRAINT "ActivityEnrolment_activityId_fkey" FOREIGN KEY ("activityId") REFERENCES "Activity"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ClubMessageRecipient" ADD CONSTRAINT "ClubMessageRecipient_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "ClubMessage"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ClubMessageRecipient" ADD CONSTRAINT "ClubMessageRecipient_clubId_fkey" FOREIGN KEY ("clubId") REFERENCES "Club"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand: what the models cannot say. Kept by `npm run migrate:new -- --rewrite`.
-- An address has one open application or club at a time; refused ones stay as history.
CREATE UNIQUE INDEX "Club_email_open_key" ON "Club" ("email") WHERE "state" <> 'refused';
ALTER TABLE "Club" ADD CONSTRAINT "Club_name_check" CHECK ("name" <> '' AND "email" <> '');
ALTER TABLE "Club" ADD CONSTRAINT "Club_operator_check" CHECK ("state" NOT IN ('approved', 'suspended') OR "operatorId" IS NOT NULL);
ALTER TABLE "Activity" ADD CONSTRAINT "Activity_times_check" CHECK ("endsAt" >= "startsAt" AND "shownUntil" >= "shownFrom");
ALTER TABLE "Activity" ADD CONSTRAINT "Activity_capacity_check" CHECK ("capacity" > 0);
ALTER TABLE "ClubSettings" ADD CONSTRAINT "ClubSettings_check" CHECK (
  "id" = 'settings' AND "evidenceDays" BETWEEN 0 AND 3650 AND "renewalMonths" BETWEEN 0 AND 120 AND "reminderDays" BETWEEN 1 AND 365);
INSERT INTO "ClubSettings" ("id", "updatedAt") VALUES ('settings', now());
