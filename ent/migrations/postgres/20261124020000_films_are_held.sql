-- Modify "films" table
ALTER TABLE "films" ADD CONSTRAINT "film_held" CHECK ((held_at IS NULL) OR ((stage)::text = 'withdrawn'::text)), ADD CONSTRAINT "film_held_for" CHECK ((held_at IS NULL) = ((held_for)::text = ''::text)), ADD COLUMN "held_at" timestamptz NULL, ADD COLUMN "held_for" character varying NOT NULL DEFAULT '' COLLATE "C";
