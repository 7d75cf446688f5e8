-- CreateEnum
CREATE TYPE "ImportStage" AS ENUM ('rehearse', 'commit', 'undo');

-- CreateEnum
CREATE TYPE "ImportState" AS ENUM ('uploaded', 'running', 'paused', 'rehearsed', 'finished', 'cancelled', 'undone', 'refused');

-- CreateEnum
CREATE TYPE "ImportPlan" AS ENUM ('create', 'change', 'same', 'invalid', 'repeated');

-- CreateEnum
CREATE TYPE "ImportOutcome" AS ENUM ('pending', 'done', 'skipped', 'failed', 'undone', 'kept');

-- CreateTable
CREATE TABLE "Import" (
    "id" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "state" "ImportState" NOT NULL DEFAULT 'uploaded',
    "stage" "ImportStage",
    "fileId" TEXT,
    "fileName" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "separator" TEXT NOT NULL DEFAULT ',',
    "sha256" TEXT NOT NULL,
    "header" TEXT[],
    "samples" JSONB NOT NULL DEFAULT '[]',
    "total" INTEGER NOT NULL,
    "mapping" JSONB NOT NULL DEFAULT '{}',
    "defaults" JSONB NOT NULL DEFAULT '{}',
    "position" INTEGER NOT NULL DEFAULT 0,
    "counts" JSONB NOT NULL DEFAULT '{}',
    "note" TEXT,
    "owner" TEXT NOT NULL,
    "operatorId" TEXT,
    "actor" TEXT NOT NULL,
    "leaseUntil" TIMESTAMP(3),
    "leaseBy" TEXT,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "rehearsedAt" TIMESTAMP(3),
    "finishedAt" TIMESTAMP(3),
    "undoneAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Import_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ImportRow" (
    "id" TEXT NOT NULL,
    "importId" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "line" INTEGER NOT NULL,
    "cells" JSONB NOT NULL,
    "sealed" TEXT,
    "key" TEXT,
    "plan" "ImportPlan" NOT NULL,
    "reason" TEXT,
    "changes" JSONB NOT NULL DEFAULT '[]',
    "recordId" TEXT,
    "before" JSONB,
    "version" TEXT,
    "outcome" "ImportOutcome" NOT NULL DEFAULT 'pending',

    CONSTRAINT "ImportRow_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Import_state_idx" ON "Import"("state");

-- CreateIndex
CREATE INDEX "Import_createdAt_idx" ON "Import"("createdAt");

-- CreateIndex
CREATE INDEX "Import_operatorId_idx" ON "Import"("operatorId");

-- CreateIndex
CREATE INDEX "Import_expiresAt_idx" ON "Import"("expiresAt");

-- CreateIndex
CREATE INDEX "ImportRow_importId_plan_position_idx" ON "ImportRow"("importId", "plan", "position");

-- CreateIndex
CREATE INDEX "ImportRow_importId_outcome_position_idx" ON "ImportRow"("importId", "outcome", "position");

-- CreateIndex
CREATE INDEX "ImportRow_importId_key_idx" ON "ImportRow"("importId", "key");

-- CreateIndex
CREATE UNIQUE INDEX "ImportRow_importId_position_key" ON "ImportRow"("importId", "position");

-- AddForeignKey
ALTER TABLE "ImportRow" ADD CONSTRAINT "ImportRow_importId_fkey" FOREIGN KEY ("importId") REFERENCES "Import"("id") ON DELETE CASCADE ON UPDATE CASCADE;
