-- DropIndex
DROP INDEX "RunItem_runId_outcome_position_idx";

-- CreateIndex
CREATE INDEX "RunItem_runId_position_idx" ON "RunItem"("runId", "position");

-- By hand: what the models cannot say. Kept by `npm run migrate:new -- --rewrite`.
-- An item is written twice: when it is frozen, and with its outcome, which then finds room beside the first and touches no index.
ALTER TABLE "RunItem" SET (fillfactor = 50);
