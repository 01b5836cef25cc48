-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_recognitions" table
CREATE TABLE `new_recognitions` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `by` text NOT NULL, `title` text NOT NULL, `note` text NOT NULL DEFAULT (''), `url` text NOT NULL DEFAULT (''), `from` datetime NOT NULL, `until` datetime NULL, `ended_at` datetime NULL, `reason` text NOT NULL DEFAULT (''), `removed_at` datetime NULL, `source` text NOT NULL, `source_id` text NOT NULL, `film_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `recognitions_films_recognitions` FOREIGN KEY (`film_id`) REFERENCES `films` (`id`) ON DELETE CASCADE, CONSTRAINT `recognition_ended` CHECK (ended_at IS NOT NULL OR reason = ''), CONSTRAINT `recognition_removed` CHECK (removed_at IS NULL OR ended_at IS NOT NULL OR until IS NOT NULL));
-- Copy rows from old table "recognitions" to new temporary table "new_recognitions"
INSERT INTO `new_recognitions` (`id`, `created_at`, `updated_at`, `by`, `title`, `note`, `url`, `from`, `until`, `ended_at`, `reason`, `source`, `source_id`, `film_id`) SELECT `id`, `created_at`, `updated_at`, `by`, `title`, `note`, `url`, `from`, `until`, `ended_at`, `reason`, `source`, `source_id`, `film_id` FROM `recognitions`;
-- Drop "recognitions" table after copying rows
DROP TABLE `recognitions`;
-- Rename temporary table "new_recognitions" to "recognitions"
ALTER TABLE `new_recognitions` RENAME TO `recognitions`;
-- Create index "recognition_source_source_id" to table: "recognitions"
CREATE UNIQUE INDEX `recognition_source_source_id` ON `recognitions` (`source`, `source_id`);
-- Create index "recognition_film_id_from_id" to table: "recognitions"
CREATE INDEX `recognition_film_id_from_id` ON `recognitions` (`film_id`, `from`, `id`);
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
