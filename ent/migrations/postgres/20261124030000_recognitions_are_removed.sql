-- Modify "recognitions" table
ALTER TABLE "recognitions" ADD CONSTRAINT "recognition_removed" CHECK ((removed_at IS NULL) OR (ended_at IS NOT NULL) OR (until IS NOT NULL)), ADD COLUMN "removed_at" timestamptz NULL;
