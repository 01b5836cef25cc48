-- Create "sent_mails" table
CREATE TABLE "sent_mails" ("id" character varying NOT NULL COLLATE "C", "email" character varying NOT NULL COLLATE "C", "letter" character varying NOT NULL COLLATE "C", "at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- Create index "sentmail_at" to table: "sent_mails"
CREATE INDEX "sentmail_at" ON "sent_mails" ("at");
-- Create index "sentmail_email_letter_at" to table: "sent_mails"
CREATE INDEX "sentmail_email_letter_at" ON "sent_mails" ("email", "letter", "at");
-- Create index "auditentry_actor_at_id" to table: "audit_entries"
CREATE INDEX "auditentry_actor_at_id" ON "audit_entries" ("actor", "at", "id");
-- Create index "auditentry_object_at_id" to table: "audit_entries"
CREATE INDEX "auditentry_object_at_id" ON "audit_entries" ("object", "at", "id");
-- Create index "grant_space_id_role_created_at_id" to table: "grants"
CREATE INDEX "grant_space_id_role_created_at_id" ON "grants" ("space_id", "role", "created_at", "id");
-- Drop index "person_handle" from table: "people"
DROP INDEX "person_handle";
-- Drop index "person_network_id_created_at_id" from table: "people"
DROP INDEX "person_network_id_created_at_id";
-- Drop index "person_network_id_sort_name_id" from table: "people"
DROP INDEX "person_network_id_sort_name_id";
-- Drop index "person_region_id_created_at_id" from table: "people"
DROP INDEX "person_region_id_created_at_id";
-- Drop index "person_region_id_sort_name_id" from table: "people"
DROP INDEX "person_region_id_sort_name_id";
-- Drop index "person_space_id_created_at_id" from table: "people"
DROP INDEX "person_space_id_created_at_id";
-- Drop index "person_space_id_sort_name_id" from table: "people"
DROP INDEX "person_space_id_sort_name_id";
-- Modify "people" table
ALTER TABLE "people" ADD CONSTRAINT "person_claim" CHECK ((claim)::text = ANY ((ARRAY['claimed'::character varying, 'unclaimed'::character varying, 'pending'::character varying, 'disputed'::character varying, 'merged'::character varying])::text[])), ADD CONSTRAINT "person_contact" CHECK ((contact)::text = ANY ((ARRAY['everyone'::character varying, 'members'::character varying, 'nobody'::character varying])::text[])), ADD CONSTRAINT "person_merged" CHECK (((claim)::text = 'merged'::text) = (merged_into_id IS NOT NULL)), ADD CONSTRAINT "person_standing" CHECK ((standing)::text = ANY ((ARRAY['student'::character varying, 'passionate'::character varying, 'recent_graduate'::character varying, 'professional'::character varying])::text[])), ALTER COLUMN "handle" SET DEFAULT '', ADD COLUMN "claim" character varying NOT NULL DEFAULT 'claimed' COLLATE "C", ADD COLUMN "listed" boolean NOT NULL DEFAULT true, ADD COLUMN "made_by" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "pronouns" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "bio" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "skills" jsonb NULL, ADD COLUMN "languages" jsonb NULL, ADD COLUMN "commune" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "travel_km" bigint NULL, ADD COLUMN "standing" character varying NULL COLLATE "C", ADD COLUMN "statuses" jsonb NULL, ADD COLUMN "links" jsonb NULL, ADD COLUMN "contact" character varying NOT NULL DEFAULT 'members' COLLATE "C", ADD COLUMN "visibility" jsonb NULL, ADD COLUMN "found_commune" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "found_tile" bigint NULL, ADD COLUMN "merged_into_id" character varying NULL COLLATE "C", ADD CONSTRAINT "people_people_merged" FOREIGN KEY ("merged_into_id") REFERENCES "people" ("id") ON UPDATE NO ACTION ON DELETE SET NULL;
-- Who is suspended already is in no list
UPDATE "people" SET "listed" = false WHERE "suspended";
ALTER TABLE "people" ADD CONSTRAINT "person_listed" CHECK (listed = (((claim)::text = 'claimed'::text) AND (NOT suspended)));
-- Create index "person_handle" to table: "people"
CREATE UNIQUE INDEX "person_handle" ON "people" ("handle") WHERE ((handle)::text <> ''::text);
-- Create index "person_found_commune_listed_created_at_id" to table: "people"
CREATE INDEX "person_found_commune_listed_created_at_id" ON "people" ("found_commune", "listed", "created_at", "id");
-- Create index "person_found_commune_listed_sort_name_id" to table: "people"
CREATE INDEX "person_found_commune_listed_sort_name_id" ON "people" ("found_commune", "listed", "sort_name", "id");
-- Create index "person_found_tile_listed_sort_name_id" to table: "people"
CREATE INDEX "person_found_tile_listed_sort_name_id" ON "people" ("found_tile", "listed", "sort_name", "id");
-- Create index "person_made_by" to table: "people"
CREATE INDEX "person_made_by" ON "people" ("made_by") WHERE ((made_by)::text <> ''::text);
-- Create index "person_network_id_listed_created_at_id" to table: "people"
CREATE INDEX "person_network_id_listed_created_at_id" ON "people" ("network_id", "listed", "created_at", "id");
-- Create index "person_network_id_listed_sort_name_id" to table: "people"
CREATE INDEX "person_network_id_listed_sort_name_id" ON "people" ("network_id", "listed", "sort_name", "id");
-- Create index "person_region_id_listed_created_at_id" to table: "people"
CREATE INDEX "person_region_id_listed_created_at_id" ON "people" ("region_id", "listed", "created_at", "id");
-- Create index "person_region_id_listed_sort_name_id" to table: "people"
CREATE INDEX "person_region_id_listed_sort_name_id" ON "people" ("region_id", "listed", "sort_name", "id");
-- Create index "person_space_id_listed_created_at_id" to table: "people"
CREATE INDEX "person_space_id_listed_created_at_id" ON "people" ("space_id", "listed", "created_at", "id");
-- Create index "person_space_id_listed_sort_name_id" to table: "people"
CREATE INDEX "person_space_id_listed_sort_name_id" ON "people" ("space_id", "listed", "sort_name", "id");
-- Create "busy_periods" table
CREATE TABLE "busy_periods" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "first_day" character varying NOT NULL COLLATE "C", "last_day" character varying NOT NULL COLLATE "C", "note" character varying NOT NULL DEFAULT '' COLLATE "C", "person_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "busy_periods_people_busy" FOREIGN KEY ("person_id") REFERENCES "people" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "busy_period_days" CHECK ((first_day)::text <= (last_day)::text));
-- Create index "busyperiod_person_id_first_day_id" to table: "busy_periods"
CREATE INDEX "busyperiod_person_id_first_day_id" ON "busy_periods" ("person_id", "first_day", "id");
-- Create "claims" table
CREATE TABLE "claims" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "network_id" character varying NOT NULL COLLATE "C", "region_id" character varying NOT NULL DEFAULT '' COLLATE "C", "space_id" character varying NOT NULL COLLATE "C", "state" character varying NOT NULL DEFAULT 'pending' COLLATE "C", "note" character varying NOT NULL DEFAULT '' COLLATE "C", "reason" character varying NOT NULL DEFAULT '' COLLATE "C", "decided_by" character varying NOT NULL DEFAULT '' COLLATE "C", "decided_at" timestamptz NULL, "person_id" character varying NOT NULL COLLATE "C", "claimant_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "claims_people_claimant" FOREIGN KEY ("claimant_id") REFERENCES "people" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "claims_people_person" FOREIGN KEY ("person_id") REFERENCES "people" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "claim_self" CHECK ((person_id)::text <> (claimant_id)::text), CONSTRAINT "claim_state" CHECK ((state)::text = ANY ((ARRAY['pending'::character varying, 'accepted'::character varying, 'refused'::character varying, 'withdrawn'::character varying])::text[])));
-- Create index "claim_accepted" to table: "claims"
CREATE UNIQUE INDEX "claim_accepted" ON "claims" ("person_id") WHERE ((state)::text = 'accepted'::text);
-- Create index "claim_claimant_id_created_at_id" to table: "claims"
CREATE INDEX "claim_claimant_id_created_at_id" ON "claims" ("claimant_id", "created_at", "id");
-- Create index "claim_network_id_state_created_at_id" to table: "claims"
CREATE INDEX "claim_network_id_state_created_at_id" ON "claims" ("network_id", "state", "created_at", "id");
-- Create index "claim_person_id_created_at_id" to table: "claims"
CREATE INDEX "claim_person_id_created_at_id" ON "claims" ("person_id", "created_at", "id");
-- Create index "claim_region_id_state_created_at_id" to table: "claims"
CREATE INDEX "claim_region_id_state_created_at_id" ON "claims" ("region_id", "state", "created_at", "id");
-- Create index "claim_space_id_state_created_at_id" to table: "claims"
CREATE INDEX "claim_space_id_state_created_at_id" ON "claims" ("space_id", "state", "created_at", "id");
-- Create index "claim_waiting" to table: "claims"
CREATE UNIQUE INDEX "claim_waiting" ON "claims" ("person_id", "claimant_id") WHERE ((state)::text = 'pending'::text);
-- Modify "films" table
ALTER TABLE "films" ADD CONSTRAINT "film_consent" CHECK ((consent)::text = ANY ((ARRAY['open'::character varying, 'ask'::character varying, 'none'::character varying])::text[])), ADD CONSTRAINT "film_origin" CHECK ((origin)::text = ANY ((ARRAY['made'::character varying, 'recorded'::character varying])::text[])), ADD COLUMN "titles" jsonb NULL, ADD COLUMN "synopses" jsonb NULL, ADD COLUMN "genres" jsonb NULL, ADD COLUMN "countries" jsonb NULL, ADD COLUMN "regions" jsonb NULL, ADD COLUMN "languages" jsonb NULL, ADD COLUMN "warnings" jsonb NULL, ADD COLUMN "identifiers" jsonb NULL, ADD COLUMN "consent" character varying NOT NULL DEFAULT 'open' COLLATE "C", ADD COLUMN "origin" character varying NOT NULL DEFAULT 'made' COLLATE "C";
-- Modify "spaces" table
ALTER TABLE "spaces" ADD CONSTRAINT "space_joining" CHECK ((joining)::text = ANY ((ARRAY['open'::character varying, 'invitation'::character varying])::text[])), ADD COLUMN "description" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "contact" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "website" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "colour" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "joining" character varying NOT NULL DEFAULT 'open' COLLATE "C";
-- Create index "space_network" to table: "spaces"
CREATE UNIQUE INDEX "space_network" ON "spaces" ("kind") WHERE ((kind)::text = 'network'::text);
-- Create "organisations" table
CREATE TABLE "organisations" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "network_id" character varying NOT NULL COLLATE "C", "region_id" character varying NOT NULL DEFAULT '' COLLATE "C", "kind" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "slug" character varying NOT NULL COLLATE "C", "legal_name" character varying NOT NULL DEFAULT '' COLLATE "C", "description" character varying NOT NULL DEFAULT '' COLLATE "C", "siren" character varying NOT NULL DEFAULT '' COLLATE "C", "siret" character varying NOT NULL DEFAULT '' COLLATE "C", "rna" character varying NOT NULL DEFAULT '' COLLATE "C", "naf" character varying NOT NULL DEFAULT '' COLLATE "C", "idcc" character varying NOT NULL DEFAULT '' COLLATE "C", "commune" character varying NOT NULL DEFAULT '' COLLATE "C", "website" character varying NOT NULL DEFAULT '' COLLATE "C", "state" character varying NOT NULL DEFAULT 'active' COLLATE "C", "made_by" character varying NOT NULL DEFAULT '' COLLATE "C", "space_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "organisations_spaces_space" FOREIGN KEY ("space_id") REFERENCES "spaces" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT, CONSTRAINT "organisation_kind" CHECK ((kind)::text = ANY ((ARRAY['association'::character varying, 'production'::character varying, 'provider'::character varying, 'institution'::character varying, 'school'::character varying, 'cinema'::character varying, 'festival'::character varying, 'collective'::character varying])::text[])), CONSTRAINT "organisation_siret" CHECK (((siret)::text = ''::text) OR ((siren)::text = substr((siret)::text, 1, 9))), CONSTRAINT "organisation_state" CHECK ((state)::text = ANY ((ARRAY['active'::character varying, 'closed'::character varying])::text[])));
-- Create index "organisation_network_id_state_created_at_id" to table: "organisations"
CREATE INDEX "organisation_network_id_state_created_at_id" ON "organisations" ("network_id", "state", "created_at", "id");
-- Create index "organisation_network_id_state_kind_created_at_id" to table: "organisations"
CREATE INDEX "organisation_network_id_state_kind_created_at_id" ON "organisations" ("network_id", "state", "kind", "created_at", "id");
-- Create index "organisation_network_id_state_kind_slug_id" to table: "organisations"
CREATE INDEX "organisation_network_id_state_kind_slug_id" ON "organisations" ("network_id", "state", "kind", "slug", "id");
-- Create index "organisation_network_id_state_slug_id" to table: "organisations"
CREATE INDEX "organisation_network_id_state_slug_id" ON "organisations" ("network_id", "state", "slug", "id");
-- Create index "organisation_region_id_state_created_at_id" to table: "organisations"
CREATE INDEX "organisation_region_id_state_created_at_id" ON "organisations" ("region_id", "state", "created_at", "id");
-- Create index "organisation_region_id_state_kind_created_at_id" to table: "organisations"
CREATE INDEX "organisation_region_id_state_kind_created_at_id" ON "organisations" ("region_id", "state", "kind", "created_at", "id");
-- Create index "organisation_region_id_state_kind_slug_id" to table: "organisations"
CREATE INDEX "organisation_region_id_state_kind_slug_id" ON "organisations" ("region_id", "state", "kind", "slug", "id");
-- Create index "organisation_region_id_state_slug_id" to table: "organisations"
CREATE INDEX "organisation_region_id_state_slug_id" ON "organisations" ("region_id", "state", "slug", "id");
-- Create index "organisation_siren" to table: "organisations"
CREATE INDEX "organisation_siren" ON "organisations" ("siren") WHERE ((siren)::text <> ''::text);
-- Create index "organisation_space_id_state_created_at_id" to table: "organisations"
CREATE INDEX "organisation_space_id_state_created_at_id" ON "organisations" ("space_id", "state", "created_at", "id");
-- Create index "organisation_space_id_state_kind_created_at_id" to table: "organisations"
CREATE INDEX "organisation_space_id_state_kind_created_at_id" ON "organisations" ("space_id", "state", "kind", "created_at", "id");
-- Create index "organisation_space_id_state_kind_slug_id" to table: "organisations"
CREATE INDEX "organisation_space_id_state_kind_slug_id" ON "organisations" ("space_id", "state", "kind", "slug", "id");
-- Create index "organisation_space_id_state_slug_id" to table: "organisations"
CREATE INDEX "organisation_space_id_state_slug_id" ON "organisations" ("space_id", "state", "slug", "id");
-- Create "credits" table
CREATE TABLE "credits" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "network_id" character varying NOT NULL COLLATE "C", "region_id" character varying NOT NULL DEFAULT '' COLLATE "C", "space_id" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "craft" character varying NOT NULL DEFAULT '' COLLATE "C", "craft_text" character varying NOT NULL DEFAULT '' COLLATE "C", "character" character varying NOT NULL DEFAULT '' COLLATE "C", "position" bigint NOT NULL DEFAULT 0, "uncredited" boolean NOT NULL DEFAULT false, "state" character varying NOT NULL DEFAULT 'proposed' COLLATE "C", "source" character varying NOT NULL DEFAULT 'team' COLLATE "C", "source_id" character varying NOT NULL DEFAULT '' COLLATE "C", "proposed_by" character varying NOT NULL DEFAULT '' COLLATE "C", "disputed_by" character varying NOT NULL DEFAULT '' COLLATE "C", "dispute" character varying NOT NULL DEFAULT '' COLLATE "C", "settlement" character varying NOT NULL DEFAULT '' COLLATE "C", "answered_at" timestamptz NULL, "person_id" character varying NULL COLLATE "C", "organisation_id" character varying NULL COLLATE "C", "film_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "credits_films_credits" FOREIGN KEY ("film_id") REFERENCES "films" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "credits_organisations_organisation" FOREIGN KEY ("organisation_id") REFERENCES "organisations" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "credits_people_person" FOREIGN KEY ("person_id") REFERENCES "people" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "credit_craft" CHECK (((craft)::text = ''::text) <> ((craft_text)::text = ''::text)), CONSTRAINT "credit_source" CHECK ((source)::text = ANY ((ARRAY['team'::character varying, 'module'::character varying, 'record'::character varying])::text[])), CONSTRAINT "credit_state" CHECK ((state)::text = ANY ((ARRAY['proposed'::character varying, 'confirmed'::character varying, 'refused'::character varying, 'disputed'::character varying, 'removed'::character varying, 'withdrawn'::character varying])::text[])), CONSTRAINT "credit_whom" CHECK ((person_id IS NULL) OR (organisation_id IS NULL)));
-- Create index "credit_disputed_network_id" to table: "credits"
CREATE INDEX "credit_disputed_network_id" ON "credits" ("network_id", "updated_at", "id") WHERE ((state)::text = 'disputed'::text);
-- Create index "credit_disputed_region_id" to table: "credits"
CREATE INDEX "credit_disputed_region_id" ON "credits" ("region_id", "updated_at", "id") WHERE ((state)::text = 'disputed'::text);
-- Create index "credit_disputed_space_id" to table: "credits"
CREATE INDEX "credit_disputed_space_id" ON "credits" ("space_id", "updated_at", "id") WHERE ((state)::text = 'disputed'::text);
-- Create index "credit_film_id_position_id" to table: "credits"
CREATE INDEX "credit_film_id_position_id" ON "credits" ("film_id", "position", "id");
-- Create index "credit_organisation_id_state_film_id" to table: "credits"
CREATE INDEX "credit_organisation_id_state_film_id" ON "credits" ("organisation_id", "state", "film_id");
-- Create index "credit_person" to table: "credits"
CREATE UNIQUE INDEX "credit_person" ON "credits" ("film_id", "person_id", "craft", "craft_text", "character") WHERE ((person_id IS NOT NULL) AND ((state)::text <> 'refused'::text) AND ((state)::text <> 'removed'::text) AND ((state)::text <> 'withdrawn'::text));
-- Create index "credit_person_id_state_film_id" to table: "credits"
CREATE INDEX "credit_person_id_state_film_id" ON "credits" ("person_id", "state", "film_id");
-- Create index "credit_source_id" to table: "credits"
CREATE UNIQUE INDEX "credit_source_id" ON "credits" ("source_id") WHERE ((source_id)::text <> ''::text);
-- Create "registrations" table
CREATE TABLE "registrations" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "email" character varying NOT NULL COLLATE "C", "password_hash" character varying NOT NULL COLLATE "C", "handle" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "commune" character varying NOT NULL DEFAULT '' COLLATE "C", "makes_films" boolean NOT NULL DEFAULT false, "locale" character varying NOT NULL DEFAULT 'fr-FR' COLLATE "C", "secret_hash" character varying NOT NULL DEFAULT '' COLLATE "C", "expires_at" timestamptz NOT NULL, "space_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "registrations_spaces_space" FOREIGN KEY ("space_id") REFERENCES "spaces" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "registration_email_created_at" to table: "registrations"
CREATE INDEX "registration_email_created_at" ON "registrations" ("email", "created_at");
-- Create index "registration_expires_at" to table: "registrations"
CREATE INDEX "registration_expires_at" ON "registrations" ("expires_at");
-- Create index "registration_secret_hash" to table: "registrations"
CREATE UNIQUE INDEX "registration_secret_hash" ON "registrations" ("secret_hash") WHERE ((secret_hash)::text <> ''::text);
-- Create "handles" table
CREATE TABLE "handles" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "key" character varying NOT NULL COLLATE "C", "handle" character varying NOT NULL COLLATE "C", "person_id" character varying NULL COLLATE "C", "registration_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "handles_people_handles" FOREIGN KEY ("person_id") REFERENCES "people" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT, CONSTRAINT "handles_registrations_reserved" FOREIGN KEY ("registration_id") REFERENCES "registrations" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "handle_lower" CHECK ((handle)::text = lower((handle)::text)));
-- Create index "handle_handle" to table: "handles"
CREATE INDEX "handle_handle" ON "handles" ("handle");
-- Create index "handle_key" to table: "handles"
CREATE UNIQUE INDEX "handle_key" ON "handles" ("key");
-- Create "memberships" table
CREATE TABLE "memberships" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "role" character varying NOT NULL COLLATE "C", "title" character varying NOT NULL DEFAULT '' COLLATE "C", "state" character varying NOT NULL DEFAULT 'invited' COLLATE "C", "shown" boolean NOT NULL DEFAULT true, "since" character varying NOT NULL DEFAULT '' COLLATE "C", "until" character varying NOT NULL DEFAULT '' COLLATE "C", "invited_by" character varying NOT NULL DEFAULT '' COLLATE "C", "answered_at" timestamptz NULL, "ended_at" timestamptz NULL, "organisation_id" character varying NOT NULL COLLATE "C", "person_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "memberships_organisations_memberships" FOREIGN KEY ("organisation_id") REFERENCES "organisations" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "memberships_people_organisations" FOREIGN KEY ("person_id") REFERENCES "people" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT, CONSTRAINT "membership_days" CHECK (((since)::text = ''::text) OR ((until)::text = ''::text) OR ((since)::text <= (until)::text)), CONSTRAINT "membership_role" CHECK ((role)::text = ANY ((ARRAY['admin'::character varying, 'editor'::character varying, 'member'::character varying])::text[])), CONSTRAINT "membership_state" CHECK ((state)::text = ANY ((ARRAY['invited'::character varying, 'active'::character varying, 'declined'::character varying, 'cancelled'::character varying, 'ended'::character varying])::text[])));
-- Create index "membership_held" to table: "memberships"
CREATE UNIQUE INDEX "membership_held" ON "memberships" ("organisation_id", "person_id") WHERE (((state)::text <> 'declined'::text) AND ((state)::text <> 'cancelled'::text) AND ((state)::text <> 'ended'::text));
-- Create index "membership_organisation_id_created_at_id" to table: "memberships"
CREATE INDEX "membership_organisation_id_created_at_id" ON "memberships" ("organisation_id", "created_at", "id");
-- Create index "membership_organisation_id_state_created_at_id" to table: "memberships"
CREATE INDEX "membership_organisation_id_state_created_at_id" ON "memberships" ("organisation_id", "state", "created_at", "id");
-- Create index "membership_person_id_created_at_id" to table: "memberships"
CREATE INDEX "membership_person_id_created_at_id" ON "memberships" ("person_id", "created_at", "id");
-- Create "notifications" table
CREATE TABLE "notifications" ("id" character varying NOT NULL COLLATE "C", "at" timestamptz NOT NULL, "type" character varying NOT NULL COLLATE "C", "subject" character varying NOT NULL COLLATE "C", "within" character varying NOT NULL DEFAULT '' COLLATE "C", "by" character varying NOT NULL DEFAULT '' COLLATE "C", "read_at" timestamptz NULL, "person_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "notifications_people_notifications" FOREIGN KEY ("person_id") REFERENCES "people" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "notification_person_id_at_id" to table: "notifications"
CREATE INDEX "notification_person_id_at_id" ON "notifications" ("person_id", "at", "id");
-- Create index "notification_unread" to table: "notifications"
CREATE INDEX "notification_unread" ON "notifications" ("person_id", "at", "id") WHERE (read_at IS NULL);
-- Create "person_crafts" table
CREATE TABLE "person_crafts" ("id" character varying NOT NULL COLLATE "C", "network_id" character varying NOT NULL COLLATE "C", "region_id" character varying NOT NULL DEFAULT '' COLLATE "C", "space_id" character varying NOT NULL COLLATE "C", "craft" character varying NOT NULL COLLATE "C", "position" bigint NOT NULL DEFAULT 0, "sort_name" character varying NOT NULL COLLATE "C", "joined_at" timestamptz NOT NULL, "found_commune" character varying NOT NULL DEFAULT '' COLLATE "C", "found_tile" bigint NULL, "person_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "person_crafts_people_crafts" FOREIGN KEY ("person_id") REFERENCES "people" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "personcraft_craft_found_commune_joined_at_id" to table: "person_crafts"
CREATE INDEX "personcraft_craft_found_commune_joined_at_id" ON "person_crafts" ("craft", "found_commune", "joined_at", "id");
-- Create index "personcraft_craft_found_commune_sort_name_id" to table: "person_crafts"
CREATE INDEX "personcraft_craft_found_commune_sort_name_id" ON "person_crafts" ("craft", "found_commune", "sort_name", "id");
-- Create index "personcraft_craft_found_tile_sort_name_id" to table: "person_crafts"
CREATE INDEX "personcraft_craft_found_tile_sort_name_id" ON "person_crafts" ("craft", "found_tile", "sort_name", "id");
-- Create index "personcraft_craft_network_id_joined_at_id" to table: "person_crafts"
CREATE INDEX "personcraft_craft_network_id_joined_at_id" ON "person_crafts" ("craft", "network_id", "joined_at", "id");
-- Create index "personcraft_craft_network_id_sort_name_id" to table: "person_crafts"
CREATE INDEX "personcraft_craft_network_id_sort_name_id" ON "person_crafts" ("craft", "network_id", "sort_name", "id");
-- Create index "personcraft_craft_region_id_joined_at_id" to table: "person_crafts"
CREATE INDEX "personcraft_craft_region_id_joined_at_id" ON "person_crafts" ("craft", "region_id", "joined_at", "id");
-- Create index "personcraft_craft_region_id_sort_name_id" to table: "person_crafts"
CREATE INDEX "personcraft_craft_region_id_sort_name_id" ON "person_crafts" ("craft", "region_id", "sort_name", "id");
-- Create index "personcraft_craft_space_id_joined_at_id" to table: "person_crafts"
CREATE INDEX "personcraft_craft_space_id_joined_at_id" ON "person_crafts" ("craft", "space_id", "joined_at", "id");
-- Create index "personcraft_craft_space_id_sort_name_id" to table: "person_crafts"
CREATE INDEX "personcraft_craft_space_id_sort_name_id" ON "person_crafts" ("craft", "space_id", "sort_name", "id");
-- Create index "personcraft_person_id_craft" to table: "person_crafts"
CREATE UNIQUE INDEX "personcraft_person_id_craft" ON "person_crafts" ("person_id", "craft");
-- Modify "accounts" table
ALTER TABLE "accounts" ADD COLUMN "time_zone" character varying NOT NULL DEFAULT 'Europe/Paris' COLLATE "C";
-- Create "proofs" table
CREATE TABLE "proofs" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "kind" character varying NOT NULL COLLATE "C", "email" character varying NOT NULL COLLATE "C", "secret_hash" character varying NOT NULL DEFAULT '' COLLATE "C", "expires_at" timestamptz NOT NULL, "used_at" timestamptz NULL, "account_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "proofs_accounts_proofs" FOREIGN KEY ("account_id") REFERENCES "accounts" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "proof_kind" CHECK ((kind)::text = ANY ((ARRAY['reset'::character varying, 'email'::character varying])::text[])));
-- Create index "proof_account_id_kind_created_at" to table: "proofs"
CREATE INDEX "proof_account_id_kind_created_at" ON "proofs" ("account_id", "kind", "created_at");
-- Create index "proof_expires_at" to table: "proofs"
CREATE INDEX "proof_expires_at" ON "proofs" ("expires_at");
-- Create index "proof_secret_hash" to table: "proofs"
CREATE UNIQUE INDEX "proof_secret_hash" ON "proofs" ("secret_hash") WHERE ((secret_hash)::text <> ''::text);
-- Create "space_slugs" table
CREATE TABLE "space_slugs" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "slug" character varying NOT NULL COLLATE "C", "space_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "space_slugs_spaces_slugs" FOREIGN KEY ("space_id") REFERENCES "spaces" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "spaceslug_slug" to table: "space_slugs"
CREATE UNIQUE INDEX "spaceslug_slug" ON "space_slugs" ("slug");
-- Create "transfers" table
CREATE TABLE "transfers" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "stays" character varying NOT NULL DEFAULT 'editor' COLLATE "C", "note" character varying NOT NULL DEFAULT '' COLLATE "C", "state" character varying NOT NULL DEFAULT 'offered' COLLATE "C", "expires_at" timestamptz NOT NULL, "answered_at" timestamptz NULL, "film_id" character varying NOT NULL COLLATE "C", "from_id" character varying NOT NULL COLLATE "C", "to_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "transfers_films_transfers" FOREIGN KEY ("film_id") REFERENCES "films" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "transfers_people_from" FOREIGN KEY ("from_id") REFERENCES "people" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "transfers_people_to" FOREIGN KEY ("to_id") REFERENCES "people" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "transfer_self" CHECK ((from_id)::text <> (to_id)::text), CONSTRAINT "transfer_state" CHECK ((state)::text = ANY ((ARRAY['offered'::character varying, 'accepted'::character varying, 'declined'::character varying, 'cancelled'::character varying])::text[])), CONSTRAINT "transfer_stays" CHECK ((stays)::text = ANY ((ARRAY['owner'::character varying, 'editor'::character varying, 'crew'::character varying, 'none'::character varying])::text[])));
-- Create index "transfer_film_id_created_at_id" to table: "transfers"
CREATE INDEX "transfer_film_id_created_at_id" ON "transfers" ("film_id", "created_at", "id");
-- Create index "transfer_offered" to table: "transfers"
CREATE UNIQUE INDEX "transfer_offered" ON "transfers" ("film_id") WHERE ((state)::text = 'offered'::text);
-- Create index "transfer_to_id_created_at_id" to table: "transfers"
CREATE INDEX "transfer_to_id_created_at_id" ON "transfers" ("to_id", "created_at", "id");
-- The handles that were given before; of two that look alike, one keeps the key
INSERT INTO "handles" ("id", "created_at", "updated_at", "key", "handle", "person_id") SELECT "id", "created_at", "updated_at", replace(replace(replace(replace(replace(replace(replace("handle", '.', ''), '_', ''), '-', ''), '0', 'o'), '1', 'l'), 'm', 'rn'), 'w', 'vv'), "handle", "id" FROM "people" WHERE "handle" <> '' ON CONFLICT DO NOTHING;
