-- Who made the entry becomes who answers for the film: a film changes owners.
ALTER TABLE "films" RENAME COLUMN "maker_id" TO "owner_id";
ALTER TABLE "films" RENAME CONSTRAINT "films_people_maker" TO "films_people_owner";
ALTER INDEX "film_maker_id" RENAME TO "film_owner_id";
