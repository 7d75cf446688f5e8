-- CreateEnum
CREATE TYPE "WorkshopLinkType" AS ENUM ('inclusive', 'exclusive');

-- CreateEnum
CREATE TYPE "WorkshopWaitingState" AS ENUM ('waiting', 'offered', 'accepted', 'declined', 'expired');

-- CreateEnum
CREATE TYPE "WorkshopPlacementState" AS ENUM ('planned', 'nothing', 'applied', 'undone');

-- CreateTable
CREATE TABLE "WorkshopEvent" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "available" BOOLEAN,
    "isRanked" BOOLEAN NOT NULL DEFAULT false,
    "offerHours" INTEGER NOT NULL DEFAULT 24,
    "language" TEXT NOT NULL DEFAULT 'nl',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "WorkshopEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WorkshopMoment" (
    "id" TEXT NOT NULL,
    "eventId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "startsAt" TIMESTAMP(3) NOT NULL,
    "endsAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "WorkshopMoment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Workshop" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "eventId" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "moment" TEXT NOT NULL DEFAULT 'default',
    "room" TEXT NOT NULL DEFAULT '',
    "limit" INTEGER NOT NULL DEFAULT 1000,
    "taken" INTEGER NOT NULL DEFAULT 0,
    "held" INTEGER NOT NULL DEFAULT 0,
    "minimum" INTEGER NOT NULL DEFAULT 0,
    "targetGroup" TEXT NOT NULL DEFAULT '',
    "hasWaiting" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Workshop_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WorkshopLink" (
    "id" TEXT NOT NULL,
    "eventId" TEXT NOT NULL,
    "firstId" TEXT NOT NULL,
    "secondId" TEXT NOT NULL,
    "type" "WorkshopLinkType" NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WorkshopLink_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Attendee" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "eventId" TEXT NOT NULL,
    "fullName" TEXT NOT NULL,
    "userClass" TEXT NOT NULL DEFAULT '',
    "targetGroup" TEXT NOT NULL DEFAULT '',
    "email" TEXT,
    "identityHash" TEXT,
    "identitySealed" TEXT,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Attendee_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WorkshopRegistration" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "workshopId" TEXT NOT NULL,
    "attendeeId" TEXT NOT NULL,
    "planId" TEXT,
    "entryTime" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WorkshopRegistration_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WorkshopPreference" (
    "id" TEXT NOT NULL,
    "workshopId" TEXT NOT NULL,
    "attendeeId" TEXT NOT NULL,
    "rank" INTEGER NOT NULL,

    CONSTRAINT "WorkshopPreference_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WorkshopWaiting" (
    "id" TEXT NOT NULL,
    "workshopId" TEXT NOT NULL,
    "attendeeId" TEXT NOT NULL,
    "state" "WorkshopWaitingState" NOT NULL DEFAULT 'waiting',
    "since" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "offeredAt" TIMESTAMP(3),
    "expiresAt" TIMESTAMP(3),
    "settledAt" TIMESTAMP(3),

    CONSTRAINT "WorkshopWaiting_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WorkshopPlan" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "eventId" TEXT NOT NULL,
    "manner" TEXT NOT NULL,
    "seed" INTEGER NOT NULL,
    "summary" JSONB NOT NULL DEFAULT '{}',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WorkshopPlan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WorkshopPlacement" (
    "id" TEXT NOT NULL,
    "planId" TEXT NOT NULL,
    "attendeeId" TEXT NOT NULL,
    "state" "WorkshopPlacementState" NOT NULL,
    "workshopIds" TEXT[],
    "titles" TEXT NOT NULL DEFAULT '',
    "rank" DOUBLE PRECISION,
    "reason" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "WorkshopPlacement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WorkshopManager" (
    "id" TEXT NOT NULL,
    "number" SERIAL NOT NULL,
    "operatorId" TEXT NOT NULL,
    "lookUpHash" TEXT NOT NULL,
    "credentialHash" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "lastUsedAt" TIMESTAMP(3),
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "WorkshopManager_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "WorkshopEvent_number_key" ON "WorkshopEvent"("number");

-- CreateIndex
CREATE UNIQUE INDEX "WorkshopEvent_name_key" ON "WorkshopEvent"("name");

-- CreateIndex
CREATE INDEX "WorkshopEvent_name_idx" ON "WorkshopEvent" USING GIN ("name" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "WorkshopEvent_createdAt_idx" ON "WorkshopEvent"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "WorkshopMoment_eventId_name_key" ON "WorkshopMoment"("eventId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "Workshop_number_key" ON "Workshop"("number");

-- CreateIndex
CREATE INDEX "Workshop_eventId_number_idx" ON "Workshop"("eventId", "number");

-- CreateIndex
CREATE INDEX "Workshop_title_idx" ON "Workshop" USING GIN ("title" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "WorkshopLink_eventId_idx" ON "WorkshopLink"("eventId");

-- CreateIndex
CREATE INDEX "WorkshopLink_firstId_idx" ON "WorkshopLink"("firstId");

-- CreateIndex
CREATE INDEX "WorkshopLink_secondId_idx" ON "WorkshopLink"("secondId");

-- CreateIndex
CREATE UNIQUE INDEX "Attendee_number_key" ON "Attendee"("number");

-- CreateIndex
CREATE UNIQUE INDEX "Attendee_identityHash_key" ON "Attendee"("identityHash");

-- CreateIndex
CREATE INDEX "Attendee_eventId_number_idx" ON "Attendee"("eventId", "number");

-- CreateIndex
CREATE INDEX "Attendee_fullName_idx" ON "Attendee" USING GIN ("fullName" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "Attendee_createdAt_idx" ON "Attendee"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "WorkshopRegistration_number_key" ON "WorkshopRegistration"("number");

-- CreateIndex
CREATE INDEX "WorkshopRegistration_attendeeId_idx" ON "WorkshopRegistration"("attendeeId");

-- CreateIndex
CREATE INDEX "WorkshopRegistration_entryTime_idx" ON "WorkshopRegistration"("entryTime");

-- CreateIndex
CREATE UNIQUE INDEX "WorkshopRegistration_workshopId_attendeeId_key" ON "WorkshopRegistration"("workshopId", "attendeeId");

-- CreateIndex
CREATE INDEX "WorkshopPreference_workshopId_idx" ON "WorkshopPreference"("workshopId");

-- CreateIndex
CREATE UNIQUE INDEX "WorkshopPreference_attendeeId_workshopId_key" ON "WorkshopPreference"("attendeeId", "workshopId");

-- CreateIndex
CREATE INDEX "WorkshopWaiting_workshopId_state_since_idx" ON "WorkshopWaiting"("workshopId", "state", "since");

-- CreateIndex
CREATE INDEX "WorkshopWaiting_attendeeId_idx" ON "WorkshopWaiting"("attendeeId");

-- CreateIndex
CREATE INDEX "WorkshopWaiting_state_expiresAt_idx" ON "WorkshopWaiting"("state", "expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "WorkshopWaiting_workshopId_attendeeId_key" ON "WorkshopWaiting"("workshopId", "attendeeId");

-- CreateIndex
CREATE UNIQUE INDEX "WorkshopPlan_number_key" ON "WorkshopPlan"("number");

-- CreateIndex
CREATE INDEX "WorkshopPlan_eventId_createdAt_idx" ON "WorkshopPlan"("eventId", "createdAt");

-- CreateIndex
CREATE INDEX "WorkshopPlacement_attendeeId_idx" ON "WorkshopPlacement"("attendeeId");

-- CreateIndex
CREATE INDEX "WorkshopPlacement_planId_state_idx" ON "WorkshopPlacement"("planId", "state");

-- CreateIndex
CREATE UNIQUE INDEX "WorkshopPlacement_planId_attendeeId_key" ON "WorkshopPlacement"("planId", "attendeeId");

-- CreateIndex
CREATE UNIQUE INDEX "WorkshopManager_number_key" ON "WorkshopManager"("number");

-- CreateIndex
CREATE UNIQUE INDEX "WorkshopManager_operatorId_key" ON "WorkshopManager"("operatorId");

-- CreateIndex
CREATE UNIQUE INDEX "WorkshopManager_lookUpHash_key" ON "WorkshopManager"("lookUpHash");

-- AddForeignKey
ALTER TABLE "WorkshopMoment" ADD CONSTRAINT "WorkshopMoment_eventId_fkey" FOREIGN KEY ("eventId") REFERENCES "WorkshopEvent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Workshop" ADD CONSTRAINT "Workshop_eventId_fkey" FOREIGN KEY ("eventId") REFERENCES "WorkshopEvent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkshopLink" ADD CONSTRAINT "WorkshopLink_eventId_fkey" FOREIGN KEY ("eventId") REFERENCES "WorkshopEvent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkshopLink" ADD CONSTRAINT "WorkshopLink_firstId_fkey" FOREIGN KEY ("firstId") REFERENCES "Workshop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkshopLink" ADD CONSTRAINT "WorkshopLink_secondId_fkey" FOREIGN KEY ("secondId") REFERENCES "Workshop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Attendee" ADD CONSTRAINT "Attendee_eventId_fkey" FOREIGN KEY ("eventId") REFERENCES "WorkshopEvent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkshopRegistration" ADD CONSTRAINT "WorkshopRegistration_workshopId_fkey" FOREIGN KEY ("workshopId") REFERENCES "Workshop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkshopRegistration" ADD CONSTRAINT "WorkshopRegistration_attendeeId_fkey" FOREIGN KEY ("attendeeId") REFERENCES "Attendee"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkshopPreference" ADD CONSTRAINT "WorkshopPreference_workshopId_fkey" FOREIGN KEY ("workshopId") REFERENCES "Workshop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkshopPreference" ADD CONSTRAINT "WorkshopPreference_attendeeId_fkey" FOREIGN KEY ("attendeeId") REFERENCES "Attendee"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkshopWaiting" ADD CONSTRAINT "WorkshopWaiting_workshopId_fkey" FOREIGN KEY ("workshopId") REFERENCES "Workshop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkshopWaiting" ADD CONSTRAINT "WorkshopWaiting_attendeeId_fkey" FOREIGN KEY ("attendeeId") REFERENCES "Attendee"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkshopPlan" ADD CONSTRAINT "WorkshopPlan_eventId_fkey" FOREIGN KEY ("eventId") REFERENCES "WorkshopEvent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkshopPlacement" ADD CONSTRAINT "WorkshopPlacement_planId_fkey" FOREIGN KEY ("planId") REFERENCES "WorkshopPlan"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkshopPlacement" ADD CONSTRAINT "WorkshopPlacement_attendeeId_fkey" FOREIGN KEY ("attendeeId") REFERENCES "Attendee"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand: what the models cannot say. Kept by `npm run migrate:new -- --rewrite`.
ALTER TABLE "WorkshopEvent" ADD CONSTRAINT "WorkshopEvent_name_check" CHECK ("name" <> '');
ALTER TABLE "WorkshopEvent" ADD CONSTRAINT "WorkshopEvent_offerHours_check" CHECK ("offerHours" BETWEEN 1 AND 720);
ALTER TABLE "WorkshopMoment" ADD CONSTRAINT "WorkshopMoment_endsAt_check" CHECK ("endsAt" > "startsAt");
ALTER TABLE "Workshop" ADD CONSTRAINT "Workshop_minimum_check" CHECK ("minimum" >= 0);
-- The second line behind the row locks: whatever writes registrations, nothing is ever oversold.
ALTER TABLE "Workshop" ADD CONSTRAINT "Workshop_limit_check" CHECK ("taken" >= 0 AND "held" >= 0 AND "taken" + "held" <= "limit");
ALTER TABLE "WorkshopLink" ADD CONSTRAINT "WorkshopLink_secondId_check" CHECK ("firstId" <> "secondId");
CREATE UNIQUE INDEX "WorkshopLink_pair_key" ON "WorkshopLink" (least("firstId", "secondId"), greatest("firstId", "secondId"));
ALTER TABLE "WorkshopPreference" ADD CONSTRAINT "WorkshopPreference_rank_check" CHECK ("rank" >= 1);

CREATE FUNCTION workshop_count_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN UPDATE "Workshop" SET "taken" = "taken" - 1 WHERE "id" = OLD."workshopId"; END IF;
  IF TG_OP <> 'DELETE' THEN UPDATE "Workshop" SET "taken" = "taken" + 1 WHERE "id" = NEW."workshopId"; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER workshop_count_taken AFTER INSERT OR DELETE OR UPDATE OF "workshopId" ON "WorkshopRegistration"
  FOR EACH ROW EXECUTE FUNCTION workshop_count_taken();

CREATE FUNCTION workshop_count_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD."state" = 'offered' THEN
    UPDATE "Workshop" SET "held" = "held" - 1 WHERE "id" = OLD."workshopId";
  END IF;
  IF TG_OP <> 'DELETE' AND NEW."state" = 'offered' THEN
    UPDATE "Workshop" SET "held" = "held" + 1 WHERE "id" = NEW."workshopId";
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER workshop_count_held AFTER INSERT OR DELETE OR UPDATE OF "state", "workshopId" ON "WorkshopWaiting"
  FOR EACH ROW EXECUTE FUNCTION workshop_count_held();
