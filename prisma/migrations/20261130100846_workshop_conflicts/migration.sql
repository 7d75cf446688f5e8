-- CreateEnum
CREATE TYPE "WorkshopConflictKind" AS ENUM ('event', 'group', 'moment', 'inclusive', 'exclusive');

-- CreateTable
CREATE TABLE "WorkshopConflict" (
    "id" TEXT NOT NULL,
    "eventId" TEXT NOT NULL,
    "attendeeId" TEXT NOT NULL,
    "kind" "WorkshopConflictKind" NOT NULL,
    "first" TEXT NOT NULL,
    "second" TEXT NOT NULL DEFAULT '',
    "since" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WorkshopConflict_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "WorkshopConflict_attendeeId_key" ON "WorkshopConflict"("attendeeId");

-- CreateIndex
CREATE INDEX "WorkshopConflict_eventId_since_idx" ON "WorkshopConflict"("eventId", "since");

-- CreateIndex
CREATE INDEX "WorkshopConflict_since_idx" ON "WorkshopConflict"("since");

-- AddForeignKey
ALTER TABLE "WorkshopConflict" ADD CONSTRAINT "WorkshopConflict_eventId_fkey" FOREIGN KEY ("eventId") REFERENCES "WorkshopEvent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkshopConflict" ADD CONSTRAINT "WorkshopConflict_attendeeId_fkey" FOREIGN KEY ("attendeeId") REFERENCES "Attendee"("id") ON DELETE CASCADE ON UPDATE CASCADE;
