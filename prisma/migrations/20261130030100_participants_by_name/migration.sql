-- The list sorted by family name: without this the whole table is sorted for each page.
CREATE INDEX "Participant_secondName_id_idx" ON "Participant"("secondName", "id");
