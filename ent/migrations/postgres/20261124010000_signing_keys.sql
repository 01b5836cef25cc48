-- Create "signing_keys" table
CREATE TABLE "signing_keys" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "public_key" bytea NOT NULL, "sealed_key" bytea NULL, "state" character varying NOT NULL DEFAULT 'current' COLLATE "C", "retired_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "signing_key_retired" CHECK (((state)::text = 'retired'::text) = (retired_at IS NOT NULL)), CONSTRAINT "signing_key_sealed" CHECK (((state)::text = 'current'::text) = (sealed_key IS NOT NULL)), CONSTRAINT "signing_key_state" CHECK ((state)::text = ANY ((ARRAY['current'::character varying, 'retired'::character varying])::text[])));
-- Create index "signing_key_current" to table: "signing_keys"
CREATE UNIQUE INDEX "signing_key_current" ON "signing_keys" ("state") WHERE ((state)::text = 'current'::text);
-- Create index "signingkey_created_at_id" to table: "signing_keys"
CREATE INDEX "signingkey_created_at_id" ON "signing_keys" ("created_at", "id");
