-- CreateEnum
CREATE TYPE "PictureKind" AS ENUM ('avatar', 'banner');

-- CreateEnum
CREATE TYPE "MediaKind" AS ENUM ('image', 'audio', 'video');

-- CreateEnum
CREATE TYPE "ReportReason" AS ENUM ('spam', 'insult', 'indecent', 'privacy', 'other');

-- CreateEnum
CREATE TYPE "QrLevel" AS ENUM ('L', 'M', 'Q', 'H');

-- CreateEnum
CREATE TYPE "NewsStyle" AS ENUM ('white', 'black', 'grey', 'yellow');

-- CreateTable
CREATE TABLE "CardAccount" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "passwordHash" TEXT NOT NULL,
    "nick" TEXT NOT NULL,
    "mobile" TEXT NOT NULL DEFAULT '',
    "birthday" DATE,
    "gender" INTEGER NOT NULL DEFAULT 0,
    "province" TEXT NOT NULL DEFAULT '',
    "city" TEXT NOT NULL DEFAULT '',
    "area" TEXT NOT NULL DEFAULT '',
    "introduction" TEXT NOT NULL DEFAULT '',
    "avatarId" TEXT,
    "bannerId" TEXT,
    "bannedAt" TIMESTAMP(3),
    "bannedReason" TEXT NOT NULL DEFAULT '',
    "lastLoginAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "CardAccount_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CardSession" (
    "id" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "tokenHash" TEXT NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CardSession_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AccountPicture" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "PictureKind" NOT NULL,
    "accountId" TEXT NOT NULL,
    "files" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AccountPicture_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CardResource" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "sha1" TEXT NOT NULL,
    "kind" "MediaKind" NOT NULL,
    "mediaType" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "fileId" TEXT NOT NULL,
    "accountId" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSentAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CardResource_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "GreetingCard" (
    "id" TEXT NOT NULL,
    "handle" TEXT NOT NULL,
    "handleAsGiven" TEXT NOT NULL,
    "authorId" TEXT NOT NULL,
    "template" TEXT NOT NULL,
    "text" TEXT NOT NULL DEFAULT '',
    "isEditable" BOOLEAN NOT NULL DEFAULT true,
    "isPublic" BOOLEAN NOT NULL DEFAULT true,
    "visibleAt" TIMESTAMP(3),
    "viewCount" INTEGER NOT NULL DEFAULT 0,
    "editedCount" INTEGER NOT NULL DEFAULT 0,
    "stars" INTEGER NOT NULL DEFAULT 0,
    "readById" TEXT,
    "firstReadAt" TIMESTAMP(3),
    "deletedAt" TIMESTAMP(3),
    "bannedAt" TIMESTAMP(3),
    "bannedReason" TEXT NOT NULL DEFAULT '',
    "appealNote" TEXT NOT NULL DEFAULT '',
    "appealedAt" TIMESTAMP(3),
    "openReports" INTEGER NOT NULL DEFAULT 0,
    "modifiedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "GreetingCard_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CardAttachment" (
    "id" TEXT NOT NULL,
    "cardId" TEXT NOT NULL,
    "resourceId" TEXT NOT NULL,

    CONSTRAINT "CardAttachment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CardReading" (
    "id" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "cardId" TEXT NOT NULL,
    "firstAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CardReading_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CardReport" (
    "id" TEXT NOT NULL,
    "cardId" TEXT NOT NULL,
    "reason" "ReportReason" NOT NULL,
    "words" TEXT NOT NULL DEFAULT '',
    "handledAt" TIMESTAMP(3),
    "outcome" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CardReport_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "QrStyle" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "color" TEXT NOT NULL DEFAULT '#000000',
    "background" TEXT NOT NULL DEFAULT '#ffffff',
    "level" "QrLevel" NOT NULL DEFAULT 'M',
    "logoId" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "QrStyle_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "QrBatch" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "styleId" TEXT,
    "channel" INTEGER NOT NULL,
    "ordered" INTEGER NOT NULL,
    "made" INTEGER NOT NULL DEFAULT 0,
    "place" TEXT NOT NULL DEFAULT '',
    "finishedAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "QrBatch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "QrCode" (
    "id" TEXT NOT NULL,
    "uniqueId" TEXT NOT NULL,
    "channel" INTEGER NOT NULL DEFAULT 0,
    "styleId" TEXT,
    "batchId" TEXT,
    "place" TEXT NOT NULL DEFAULT '',
    "scanCount" INTEGER NOT NULL DEFAULT 0,
    "cardId" TEXT,
    "recordedAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "QrCode_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "QrScanDay" (
    "id" TEXT NOT NULL,
    "codeId" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "QrScanDay_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "NewsItem" (
    "id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "style" "NewsStyle" NOT NULL DEFAULT 'white',
    "text" TEXT NOT NULL,
    "url" TEXT NOT NULL DEFAULT '',
    "imageId" TEXT,
    "audioId" TEXT,
    "videoId" TEXT,
    "isDraft" BOOLEAN NOT NULL DEFAULT false,
    "position" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "NewsItem_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "CardAccount_number_key" ON "CardAccount"("number");

-- CreateIndex
CREATE UNIQUE INDEX "CardAccount_email_key" ON "CardAccount"("email");

-- CreateIndex
CREATE UNIQUE INDEX "CardAccount_avatarId_key" ON "CardAccount"("avatarId");

-- CreateIndex
CREATE UNIQUE INDEX "CardAccount_bannerId_key" ON "CardAccount"("bannerId");

-- CreateIndex
CREATE INDEX "CardAccount_createdAt_idx" ON "CardAccount"("createdAt");

-- CreateIndex
CREATE INDEX "CardAccount_email_idx" ON "CardAccount" USING GIN ("email" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "CardAccount_nick_idx" ON "CardAccount" USING GIN ("nick" gin_trgm_ops);

-- CreateIndex
CREATE UNIQUE INDEX "CardSession_tokenHash_key" ON "CardSession"("tokenHash");

-- CreateIndex
CREATE INDEX "CardSession_accountId_idx" ON "CardSession"("accountId");

-- CreateIndex
CREATE INDEX "CardSession_expiresAt_idx" ON "CardSession"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "AccountPicture_name_key" ON "AccountPicture"("name");

-- CreateIndex
CREATE INDEX "AccountPicture_accountId_idx" ON "AccountPicture"("accountId");

-- CreateIndex
CREATE INDEX "AccountPicture_createdAt_idx" ON "AccountPicture"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "CardResource_name_key" ON "CardResource"("name");

-- CreateIndex
CREATE UNIQUE INDEX "CardResource_sha256_key" ON "CardResource"("sha256");

-- CreateIndex
CREATE INDEX "CardResource_sha1_idx" ON "CardResource"("sha1");

-- CreateIndex
CREATE INDEX "CardResource_lastSentAt_idx" ON "CardResource"("lastSentAt");

-- CreateIndex
CREATE INDEX "CardResource_createdAt_idx" ON "CardResource"("createdAt");

-- CreateIndex
CREATE INDEX "CardResource_accountId_idx" ON "CardResource"("accountId");

-- CreateIndex
CREATE UNIQUE INDEX "GreetingCard_handle_key" ON "GreetingCard"("handle");

-- CreateIndex
CREATE INDEX "GreetingCard_authorId_createdAt_idx" ON "GreetingCard"("authorId", "createdAt");

-- CreateIndex
CREATE INDEX "GreetingCard_openReports_createdAt_idx" ON "GreetingCard"("openReports", "createdAt");

-- CreateIndex
CREATE INDEX "GreetingCard_createdAt_idx" ON "GreetingCard"("createdAt");

-- CreateIndex
CREATE INDEX "GreetingCard_text_idx" ON "GreetingCard" USING GIN ("text" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "GreetingCard_handle_idx" ON "GreetingCard" USING GIN ("handle" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "CardAttachment_resourceId_idx" ON "CardAttachment"("resourceId");

-- CreateIndex
CREATE UNIQUE INDEX "CardAttachment_cardId_resourceId_key" ON "CardAttachment"("cardId", "resourceId");

-- CreateIndex
CREATE INDEX "CardReading_accountId_lastAt_idx" ON "CardReading"("accountId", "lastAt");

-- CreateIndex
CREATE UNIQUE INDEX "CardReading_accountId_cardId_key" ON "CardReading"("accountId", "cardId");

-- CreateIndex
CREATE INDEX "CardReport_cardId_handledAt_idx" ON "CardReport"("cardId", "handledAt");

-- CreateIndex
CREATE INDEX "CardReport_handledAt_createdAt_idx" ON "CardReport"("handledAt", "createdAt");

-- CreateIndex
CREATE INDEX "CardReport_createdAt_idx" ON "CardReport"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "QrStyle_name_key" ON "QrStyle"("name");

-- CreateIndex
CREATE UNIQUE INDEX "QrBatch_number_key" ON "QrBatch"("number");

-- CreateIndex
CREATE INDEX "QrBatch_createdAt_idx" ON "QrBatch"("createdAt");

-- CreateIndex
CREATE INDEX "QrBatch_place_idx" ON "QrBatch" USING GIN ("place" gin_trgm_ops);

-- CreateIndex
CREATE UNIQUE INDEX "QrCode_uniqueId_key" ON "QrCode"("uniqueId");

-- CreateIndex
CREATE UNIQUE INDEX "QrCode_cardId_key" ON "QrCode"("cardId");

-- CreateIndex
CREATE INDEX "QrCode_batchId_id_idx" ON "QrCode"("batchId", "id");

-- CreateIndex
CREATE INDEX "QrCode_createdAt_idx" ON "QrCode"("createdAt");

-- CreateIndex
CREATE INDEX "QrCode_recordedAt_idx" ON "QrCode"("recordedAt");

-- CreateIndex
CREATE INDEX "QrCode_uniqueId_idx" ON "QrCode" USING GIN ("uniqueId" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "QrScanDay_day_idx" ON "QrScanDay"("day");

-- CreateIndex
CREATE UNIQUE INDEX "QrScanDay_codeId_day_key" ON "QrScanDay"("codeId", "day");

-- CreateIndex
CREATE INDEX "NewsItem_day_position_idx" ON "NewsItem"("day", "position");

-- CreateIndex
CREATE INDEX "NewsItem_imageId_idx" ON "NewsItem"("imageId");

-- CreateIndex
CREATE INDEX "NewsItem_audioId_idx" ON "NewsItem"("audioId");

-- CreateIndex
CREATE INDEX "NewsItem_videoId_idx" ON "NewsItem"("videoId");

-- CreateIndex
CREATE INDEX "NewsItem_text_idx" ON "NewsItem" USING GIN ("text" gin_trgm_ops);

-- AddForeignKey
ALTER TABLE "CardAccount" ADD CONSTRAINT "CardAccount_avatarId_fkey" FOREIGN KEY ("avatarId") REFERENCES "AccountPicture"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CardAccount" ADD CONSTRAINT "CardAccount_bannerId_fkey" FOREIGN KEY ("bannerId") REFERENCES "AccountPicture"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CardSession" ADD CONSTRAINT "CardSession_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "CardAccount"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AccountPicture" ADD CONSTRAINT "AccountPicture_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "CardAccount"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CardResource" ADD CONSTRAINT "CardResource_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "CardAccount"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GreetingCard" ADD CONSTRAINT "GreetingCard_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "CardAccount"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GreetingCard" ADD CONSTRAINT "GreetingCard_readById_fkey" FOREIGN KEY ("readById") REFERENCES "CardAccount"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CardAttachment" ADD CONSTRAINT "CardAttachment_cardId_fkey" FOREIGN KEY ("cardId") REFERENCES "GreetingCard"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CardAttachment" ADD CONSTRAINT "CardAttachment_resourceId_fkey" FOREIGN KEY ("resourceId") REFERENCES "CardResource"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CardReading" ADD CONSTRAINT "CardReading_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "CardAccount"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CardReading" ADD CONSTRAINT "CardReading_cardId_fkey" FOREIGN KEY ("cardId") REFERENCES "GreetingCard"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CardReport" ADD CONSTRAINT "CardReport_cardId_fkey" FOREIGN KEY ("cardId") REFERENCES "GreetingCard"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QrBatch" ADD CONSTRAINT "QrBatch_styleId_fkey" FOREIGN KEY ("styleId") REFERENCES "QrStyle"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QrCode" ADD CONSTRAINT "QrCode_styleId_fkey" FOREIGN KEY ("styleId") REFERENCES "QrStyle"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QrCode" ADD CONSTRAINT "QrCode_batchId_fkey" FOREIGN KEY ("batchId") REFERENCES "QrBatch"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QrCode" ADD CONSTRAINT "QrCode_cardId_fkey" FOREIGN KEY ("cardId") REFERENCES "GreetingCard"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QrScanDay" ADD CONSTRAINT "QrScanDay_codeId_fkey" FOREIGN KEY ("codeId") REFERENCES "QrCode"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NewsItem" ADD CONSTRAINT "NewsItem_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "CardResource"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NewsItem" ADD CONSTRAINT "NewsItem_audioId_fkey" FOREIGN KEY ("audioId") REFERENCES "CardResource"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NewsItem" ADD CONSTRAINT "NewsItem_videoId_fkey" FOREIGN KEY ("videoId") REFERENCES "CardResource"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- By hand: what the models cannot say. Kept by `npm run migrate:new -- --rewrite`.
ALTER TABLE "CardAccount" ADD CONSTRAINT "CardAccount_email_check" CHECK ("email" <> '' AND "email" = lower("email"));
ALTER TABLE "CardAccount" ADD CONSTRAINT "CardAccount_gender_check" CHECK ("gender" BETWEEN 0 AND 2);
ALTER TABLE "GreetingCard" ADD CONSTRAINT "GreetingCard_handle_check" CHECK ("handle" ~ '^[0-9a-f]{32}$');
ALTER TABLE "GreetingCard" ADD CONSTRAINT "GreetingCard_viewCount_check" CHECK ("viewCount" >= 0);
ALTER TABLE "GreetingCard" ADD CONSTRAINT "GreetingCard_openReports_check" CHECK ("openReports" >= 0);
ALTER TABLE "CardResource" ADD CONSTRAINT "CardResource_size_check" CHECK ("size" > 0);
ALTER TABLE "QrBatch" ADD CONSTRAINT "QrBatch_ordered_check" CHECK ("ordered" BETWEEN 1 AND 100000);
ALTER TABLE "QrBatch" ADD CONSTRAINT "QrBatch_made_check" CHECK ("made" BETWEEN 0 AND "ordered");
ALTER TABLE "QrCode" ADD CONSTRAINT "QrCode_uniqueId_check" CHECK ("uniqueId" ~ '^[0-9a-f]{32}$');
ALTER TABLE "QrCode" ADD CONSTRAINT "QrCode_cardId_check" CHECK ("cardId" IS NULL OR "recordedAt" IS NOT NULL);
ALTER TABLE "QrCode" ADD CONSTRAINT "QrCode_scanCount_check" CHECK ("scanCount" >= 0);
