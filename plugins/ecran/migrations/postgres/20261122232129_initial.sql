-- Create "labels" table
CREATE TABLE "labels" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "network_id" character varying NOT NULL COLLATE "C", "region_id" character varying NOT NULL DEFAULT '' COLLATE "C", "space_id" character varying NOT NULL COLLATE "C", "kind" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "slug" character varying NOT NULL COLLATE "C", "manifesto" character varying NOT NULL DEFAULT '' COLLATE "C", "holder_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "label_kind" CHECK ((kind)::text = ANY ((ARRAY['platform'::character varying, 'region'::character varying, 'institution'::character varying, 'festival'::character varying, 'committee'::character varying, 'personality'::character varying, 'personal'::character varying])::text[])));
-- Create index "label_holder_id" to table: "labels"
CREATE INDEX "label_holder_id" ON "labels" ("holder_id");
-- Create index "label_network_id_created_at_id" to table: "labels"
CREATE INDEX "label_network_id_created_at_id" ON "labels" ("network_id", "created_at", "id");
-- Create index "label_network_id_slug_id" to table: "labels"
CREATE INDEX "label_network_id_slug_id" ON "labels" ("network_id", "slug", "id");
-- Create index "label_of_space" to table: "labels"
CREATE UNIQUE INDEX "label_of_space" ON "labels" ("space_id", "slug");
-- Create index "label_region_id_created_at_id" to table: "labels"
CREATE INDEX "label_region_id_created_at_id" ON "labels" ("region_id", "created_at", "id");
-- Create index "label_region_id_slug_id" to table: "labels"
CREATE INDEX "label_region_id_slug_id" ON "labels" ("region_id", "slug", "id");
-- Create index "label_space_id_created_at_id" to table: "labels"
CREATE INDEX "label_space_id_created_at_id" ON "labels" ("space_id", "created_at", "id");
-- Create index "label_space_id_slug_id" to table: "labels"
CREATE INDEX "label_space_id_slug_id" ON "labels" ("space_id", "slug", "id");
-- Create "curators" table
CREATE TABLE "curators" ("id" character varying NOT NULL COLLATE "C", "person_id" character varying NOT NULL COLLATE "C", "role" character varying NOT NULL COLLATE "C", "label_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "curators_labels_curators" FOREIGN KEY ("label_id") REFERENCES "labels" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "curator_role" CHECK ((role)::text = ANY ((ARRAY['director'::character varying, 'curator'::character varying])::text[])));
-- Create index "curator_label_id_person_id" to table: "curators"
CREATE UNIQUE INDEX "curator_label_id_person_id" ON "curators" ("label_id", "person_id");
-- Create index "curator_person_id" to table: "curators"
CREATE INDEX "curator_person_id" ON "curators" ("person_id");
-- Create "selections" table
CREATE TABLE "selections" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "network_id" character varying NOT NULL COLLATE "C", "region_id" character varying NOT NULL DEFAULT '' COLLATE "C", "space_id" character varying NOT NULL COLLATE "C", "title" character varying NOT NULL COLLATE "C", "slug" character varying NOT NULL COLLATE "C", "text" character varying NOT NULL DEFAULT '' COLLATE "C", "visibility" character varying NOT NULL DEFAULT 'public' COLLATE "C", "state" character varying NOT NULL DEFAULT 'draft' COLLATE "C", "published_at" timestamptz NULL, "next_position" bigint NOT NULL DEFAULT 0, "label_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "selections_labels_selections" FOREIGN KEY ("label_id") REFERENCES "labels" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "selection_published" CHECK (((state)::text = 'published'::text) = (published_at IS NOT NULL)), CONSTRAINT "selection_state" CHECK ((state)::text = ANY ((ARRAY['draft'::character varying, 'published'::character varying])::text[])), CONSTRAINT "selection_visibility" CHECK ((visibility)::text = ANY ((ARRAY['public'::character varying, 'unlisted'::character varying, 'private'::character varying])::text[])));
-- Create index "selection_label_id_created_at_id" to table: "selections"
CREATE INDEX "selection_label_id_created_at_id" ON "selections" ("label_id", "created_at", "id");
-- Create index "selection_network_id_created_at_id" to table: "selections"
CREATE INDEX "selection_network_id_created_at_id" ON "selections" ("network_id", "created_at", "id");
-- Create index "selection_network_id_slug_id" to table: "selections"
CREATE INDEX "selection_network_id_slug_id" ON "selections" ("network_id", "slug", "id");
-- Create index "selection_region_id_created_at_id" to table: "selections"
CREATE INDEX "selection_region_id_created_at_id" ON "selections" ("region_id", "created_at", "id");
-- Create index "selection_region_id_slug_id" to table: "selections"
CREATE INDEX "selection_region_id_slug_id" ON "selections" ("region_id", "slug", "id");
-- Create index "selection_space_id_created_at_id" to table: "selections"
CREATE INDEX "selection_space_id_created_at_id" ON "selections" ("space_id", "created_at", "id");
-- Create index "selection_space_id_slug_id" to table: "selections"
CREATE INDEX "selection_space_id_slug_id" ON "selections" ("space_id", "slug", "id");
-- Create "picks" table
CREATE TABLE "picks" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "network_id" character varying NOT NULL COLLATE "C", "region_id" character varying NOT NULL DEFAULT '' COLLATE "C", "space_id" character varying NOT NULL COLLATE "C", "film_id" character varying NOT NULL COLLATE "C", "note" character varying NOT NULL DEFAULT '' COLLATE "C", "signer_id" character varying NOT NULL COLLATE "C", "signer_name" character varying NOT NULL COLLATE "C", "position" bigint NOT NULL, "from" timestamptz NOT NULL, "until" timestamptz NULL, "state" character varying NOT NULL DEFAULT 'on_screen' COLLATE "C", "recognised_at" timestamptz NULL, "selection_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "picks_selections_picks" FOREIGN KEY ("selection_id") REFERENCES "selections" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "pick_ended" CHECK (((state)::text = 'ended'::text) = (until IS NOT NULL)), CONSTRAINT "pick_state" CHECK ((state)::text = ANY ((ARRAY['on_screen'::character varying, 'ended'::character varying])::text[])));
-- Create index "pick_film_id" to table: "picks"
CREATE INDEX "pick_film_id" ON "picks" ("film_id");
-- Create index "pick_on_screen" to table: "picks"
CREATE UNIQUE INDEX "pick_on_screen" ON "picks" ("selection_id", "film_id") WHERE ((state)::text = 'on_screen'::text);
-- Create index "pick_selection_id_state_position_id" to table: "picks"
CREATE INDEX "pick_selection_id_state_position_id" ON "picks" ("selection_id", "state", "position", "id");
