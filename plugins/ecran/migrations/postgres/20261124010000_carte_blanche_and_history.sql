-- Modify "labels" table
ALTER TABLE "labels" ADD COLUMN "max_family" bigint NOT NULL DEFAULT 0, DROP CONSTRAINT "label_rules", ADD CONSTRAINT "label_rules" CHECK (max_pins >= 0 AND votes_needed >= 0 AND max_family >= 0);
-- Modify "pages" table
ALTER TABLE "pages" ADD COLUMN "before" jsonb NULL;
-- Modify "picks" table
ALTER TABLE "picks" ADD COLUMN "families" jsonb NULL;
-- Modify "selections" table
ALTER TABLE "selections" ADD COLUMN "invitation" character varying NULL COLLATE "C", ADD COLUMN "max_words" bigint NOT NULL DEFAULT 0;
-- A carte blanche that was given before is taken as accepted: its guest picks in it.
UPDATE "selections" SET "invitation" = 'accepted' WHERE "guest_id" IS NOT NULL;
ALTER TABLE "selections" ADD CONSTRAINT "selection_guest" CHECK ((guest_id IS NULL) = (invitation IS NULL)), ADD CONSTRAINT "selection_invitation" CHECK ((invitation)::text = ANY ((ARRAY['open'::character varying, 'accepted'::character varying, 'declined'::character varying])::text[])), ADD CONSTRAINT "selection_max_words" CHECK (max_words >= 0);
-- Create "changes" table
CREATE TABLE "changes" ("id" character varying NOT NULL COLLATE "C", "at" timestamptz NOT NULL, "person_id" character varying NULL COLLATE "C", "kind" character varying NOT NULL COLLATE "C", "fields" jsonb NULL, "pick_id" character varying NULL COLLATE "C", "film_id" character varying NULL COLLATE "C", "selection_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "changes_selections_changes" FOREIGN KEY ("selection_id") REFERENCES "selections" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "change_kind" CHECK ((kind)::text = ANY ((ARRAY['made'::character varying, 'changed'::character varying, 'ordered'::character varying, 'published'::character varying, 'accepted'::character varying, 'declined'::character varying, 'picked'::character varying, 'ended'::character varying, 'removed'::character varying, 'withdrawn'::character varying, 'refused'::character varying])::text[])), CONSTRAINT "change_pick" CHECK ((pick_id IS NULL) = (film_id IS NULL)));
-- Create index "change_selection_id_at_id" to table: "changes"
CREATE INDEX "change_selection_id_at_id" ON "changes" ("selection_id", "at", "id");
