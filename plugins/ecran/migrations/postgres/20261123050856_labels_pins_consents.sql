-- Modify "labels" table
ALTER TABLE "labels" ADD CONSTRAINT "label_own_films" CHECK ((own_films)::text = ANY ((ARRAY['declared'::character varying, 'forbidden'::character varying])::text[])), ADD CONSTRAINT "label_rules" CHECK ((max_pins >= 0) AND (votes_needed >= 0)), ADD CONSTRAINT "label_state" CHECK ((state)::text = ANY ((ARRAY['requested'::character varying, 'active'::character varying, 'closed'::character varying])::text[])), ADD COLUMN "state" character varying NOT NULL DEFAULT 'active' COLLATE "C", ADD COLUMN "acted_at" timestamptz NULL, ADD COLUMN "name_key" character varying NULL COLLATE "C", ADD COLUMN "max_pins" bigint NOT NULL DEFAULT 3, ADD COLUMN "own_films" character varying NOT NULL DEFAULT 'declared' COLLATE "C", ADD COLUMN "note_required" boolean NOT NULL DEFAULT false, ADD COLUMN "votes_needed" bigint NOT NULL DEFAULT 0;
-- A label acted last when it was last changed, as far as anybody knows
UPDATE "labels" SET "acted_at" = "updated_at", "name_key" = replace(replace(replace(replace(replace(slug, '-', ''), '0', 'o'), '1', 'l'), 'm', 'rn'), 'w', 'vv');
ALTER TABLE "labels" ALTER COLUMN "acted_at" SET NOT NULL, ALTER COLUMN "name_key" SET NOT NULL;
-- A name that reads like another's is taken, by whatever letters
DROP INDEX "label_of_space";
UPDATE "labels" SET "name_key" = "name_key" || "id" WHERE EXISTS (SELECT 1 FROM "labels" AS o WHERE o."network_id" = "labels"."network_id" AND o."name_key" = "labels"."name_key" AND o."id" < "labels"."id" AND (o."space_id" = "labels"."space_id" OR o."kind" NOT IN ('personal', 'committee') AND "labels"."kind" NOT IN ('personal', 'committee')));
CREATE UNIQUE INDEX "label_of_space" ON "labels" ("space_id", "name_key");
CREATE UNIQUE INDEX "label_of_network" ON "labels" ("network_id", "name_key") WHERE (((kind)::text <> 'personal'::text) AND ((kind)::text <> 'committee'::text));
-- Modify "selections" table
ALTER TABLE "selections" ADD CONSTRAINT "selection_dates" CHECK (until > "from"), ADD CONSTRAINT "selection_kind" CHECK ((kind)::text = ANY ((ARRAY['playlist'::character varying, 'permanent'::character varying, 'cycle'::character varying, 'carte_blanche'::character varying])::text[])), ADD CONSTRAINT "selection_ordering" CHECK ((ordering)::text = ANY ((ARRAY['manual'::character varying, 'chronological'::character varying])::text[])), ADD COLUMN "kind" character varying NOT NULL DEFAULT 'playlist' COLLATE "C", ADD COLUMN "ordering" character varying NOT NULL DEFAULT 'manual' COLLATE "C", ADD COLUMN "edition" bigint NULL, ADD COLUMN "guest_id" character varying NULL COLLATE "C", ADD COLUMN "from" timestamptz NULL, ADD COLUMN "until" timestamptz NULL;
-- Create "pages" table
CREATE TABLE "pages" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "network_id" character varying NOT NULL COLLATE "C", "region_id" character varying NOT NULL DEFAULT '' COLLATE "C", "space_id" character varying NOT NULL COLLATE "C", "slots" bigint NOT NULL DEFAULT 6, PRIMARY KEY ("id"), CONSTRAINT "page_slots" CHECK ((slots >= 1) AND (slots <= 24)));
-- Create index "page_of_space" to table: "pages"
CREATE UNIQUE INDEX "page_of_space" ON "pages" ("space_id");
-- Create "pins" table
CREATE TABLE "pins" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "network_id" character varying NOT NULL COLLATE "C", "region_id" character varying NOT NULL DEFAULT '' COLLATE "C", "space_id" character varying NOT NULL COLLATE "C", "slot" bigint NOT NULL, "kind" character varying NOT NULL COLLATE "C", "target_id" character varying NOT NULL COLLATE "C", "label_id" character varying NOT NULL COLLATE "C", "reason" character varying NOT NULL DEFAULT '' COLLATE "C", "signer_id" character varying NOT NULL COLLATE "C", "signer_name" character varying NOT NULL COLLATE "C", "from" timestamptz NOT NULL, "until" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "pin_dates" CHECK (until >= "from"), CONSTRAINT "pin_kind" CHECK ((kind)::text = ANY ((ARRAY['label'::character varying, 'selection'::character varying, 'pick'::character varying])::text[])), CONSTRAINT "pin_slot" CHECK (slot >= 1));
-- Create index "pin_label_id" to table: "pins"
CREATE INDEX "pin_label_id" ON "pins" ("label_id");
-- Create index "pin_space_id_from_id" to table: "pins"
CREATE INDEX "pin_space_id_from_id" ON "pins" ("space_id", "from", "id");
-- Create index "pin_target_id" to table: "pins"
CREATE INDEX "pin_target_id" ON "pins" ("target_id");
-- Create "consents" table
CREATE TABLE "consents" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "network_id" character varying NOT NULL COLLATE "C", "region_id" character varying NOT NULL DEFAULT '' COLLATE "C", "space_id" character varying NOT NULL COLLATE "C", "film_id" character varying NOT NULL COLLATE "C", "asked_by" character varying NOT NULL COLLATE "C", "asked_at" timestamptz NOT NULL, "answered_at" timestamptz NULL, "state" character varying NOT NULL DEFAULT 'asked' COLLATE "C", "label_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "consents_labels_consents" FOREIGN KEY ("label_id") REFERENCES "labels" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "consent_answered" CHECK (((state)::text = 'asked'::text) = (answered_at IS NULL)), CONSTRAINT "consent_state" CHECK ((state)::text = ANY ((ARRAY['asked'::character varying, 'granted'::character varying, 'refused'::character varying, 'lapsed'::character varying])::text[])));
-- Create index "consent_film_id_asked_at_id" to table: "consents"
CREATE INDEX "consent_film_id_asked_at_id" ON "consents" ("film_id", "asked_at", "id");
-- Create index "consent_film_id_label_id" to table: "consents"
CREATE UNIQUE INDEX "consent_film_id_label_id" ON "consents" ("film_id", "label_id");
-- Create index "consent_label_id_asked_at_id" to table: "consents"
CREATE INDEX "consent_label_id_asked_at_id" ON "consents" ("label_id", "asked_at", "id");
-- Create "proposals" table
CREATE TABLE "proposals" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "network_id" character varying NOT NULL COLLATE "C", "region_id" character varying NOT NULL DEFAULT '' COLLATE "C", "space_id" character varying NOT NULL COLLATE "C", "film_id" character varying NOT NULL COLLATE "C", "person_id" character varying NOT NULL COLLATE "C", "why" character varying NOT NULL COLLATE "C", "state" character varying NOT NULL DEFAULT 'proposed' COLLATE "C", "answer" character varying NOT NULL DEFAULT '' COLLATE "C", "decided_by" character varying NULL COLLATE "C", "decided_at" timestamptz NULL, "pick_id" character varying NULL COLLATE "C", "label_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "proposals_labels_proposals" FOREIGN KEY ("label_id") REFERENCES "labels" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "proposal_decided" CHECK (((state)::text = 'proposed'::text) = (decided_at IS NULL)), CONSTRAINT "proposal_state" CHECK ((state)::text = ANY ((ARRAY['proposed'::character varying, 'taken'::character varying, 'declined'::character varying, 'withdrawn'::character varying])::text[])));
-- Create index "proposal_label_id_created_at_id" to table: "proposals"
CREATE INDEX "proposal_label_id_created_at_id" ON "proposals" ("label_id", "created_at", "id");
-- Create index "proposal_open" to table: "proposals"
CREATE UNIQUE INDEX "proposal_open" ON "proposals" ("label_id", "film_id", "person_id") WHERE ((state)::text = 'proposed'::text);
-- Create index "proposal_person_id_created_at_id" to table: "proposals"
CREATE INDEX "proposal_person_id_created_at_id" ON "proposals" ("person_id", "created_at", "id");
-- Drop index "pick_on_screen" from table: "picks"
DROP INDEX "pick_on_screen";
-- Modify "picks" table
ALTER TABLE "picks" ADD COLUMN "conflict" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "ended_at" timestamptz NULL, ADD COLUMN "reason" character varying NOT NULL DEFAULT '' COLLATE "C";
-- A pick that had ended says in until when it did
UPDATE "picks" SET "ended_at" = "until" WHERE "state" = 'ended';
-- What a pick can be, and when it has ended
ALTER TABLE "picks" DROP CONSTRAINT "pick_state", DROP CONSTRAINT "pick_ended", ADD CONSTRAINT "pick_state" CHECK (state IN ('under_vote', 'asked', 'scheduled', 'on_screen', 'ended', 'withdrawn', 'removed', 'refused')), ADD CONSTRAINT "pick_ended" CHECK ((state IN ('ended', 'withdrawn', 'removed', 'refused')) = (ended_at IS NOT NULL));
-- What a curator can be
ALTER TABLE "curators" DROP CONSTRAINT "curator_role", ADD CONSTRAINT "curator_role" CHECK (role IN ('director', 'curator', 'contributor'));
-- Create index "pick_current" to table: "picks"
CREATE UNIQUE INDEX "pick_current" ON "picks" ("selection_id", "film_id") WHERE (ended_at IS NULL);
-- Create index "pick_selection_id_state_from_id" to table: "picks"
CREATE INDEX "pick_selection_id_state_from_id" ON "picks" ("selection_id", "state", "from", "id");
-- Create "votes" table
CREATE TABLE "votes" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "person_id" character varying NOT NULL COLLATE "C", "choice" character varying NOT NULL COLLATE "C", "pick_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "votes_picks_votes" FOREIGN KEY ("pick_id") REFERENCES "picks" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "vote_choice" CHECK ((choice)::text = ANY ((ARRAY['yes'::character varying, 'no'::character varying, 'veto'::character varying])::text[])));
-- Create index "vote_pick_id_person_id" to table: "votes"
CREATE UNIQUE INDEX "vote_pick_id_person_id" ON "votes" ("pick_id", "person_id");
