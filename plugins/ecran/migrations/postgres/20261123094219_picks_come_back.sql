-- Modify "picks" table
ALTER TABLE "picks" ADD COLUMN "recognition" character varying NOT NULL DEFAULT '' COLLATE "C";
