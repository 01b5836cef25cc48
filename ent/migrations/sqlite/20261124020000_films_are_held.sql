-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_films" table
CREATE TABLE `new_films` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `title` text NOT NULL, `slug` text NOT NULL, `synopsis` text NOT NULL DEFAULT (''), `year` integer NULL, `duration_s` integer NULL, `form` text NOT NULL DEFAULT ('fiction'), `stage` text NOT NULL DEFAULT ('idea'), `released_at` datetime NULL, `held_at` datetime NULL, `held_for` text NOT NULL DEFAULT (''), `titles` json NULL, `synopses` json NULL, `genres` json NULL, `countries` json NULL, `regions` json NULL, `languages` json NULL, `warnings` json NULL, `identifiers` json NULL, `consent` text NOT NULL DEFAULT ('open'), `origin` text NOT NULL DEFAULT ('made'), `space_id` text NOT NULL, `owner_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `films_spaces_space` FOREIGN KEY (`space_id`) REFERENCES `spaces` (`id`) ON DELETE RESTRICT, CONSTRAINT `films_people_owner` FOREIGN KEY (`owner_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT, CONSTRAINT `film_consent` CHECK (consent IN ('open', 'ask', 'none')), CONSTRAINT `film_duration` CHECK (duration_s BETWEEN 1 AND 360000), CONSTRAINT `film_form` CHECK (form IN ('fiction', 'documentary', 'animation', 'experimental', 'music_video')), CONSTRAINT `film_held` CHECK (held_at IS NULL OR stage = 'withdrawn'), CONSTRAINT `film_held_for` CHECK ((held_at IS NULL) = (held_for = '')), CONSTRAINT `film_origin` CHECK (origin IN ('made', 'recorded')), CONSTRAINT `film_released` CHECK (stage NOT IN ('released', 'withdrawn') OR released_at IS NOT NULL), CONSTRAINT `film_stage` CHECK (stage IN ('idea', 'development', 'preparation', 'shooting', 'post', 'finished', 'released', 'withdrawn')), CONSTRAINT `film_year` CHECK (year BETWEEN 1888 AND 2200));
-- Copy rows from old table "films" to new temporary table "new_films"
INSERT INTO `new_films` (`id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `title`, `slug`, `synopsis`, `year`, `duration_s`, `form`, `stage`, `released_at`, `titles`, `synopses`, `genres`, `countries`, `regions`, `languages`, `warnings`, `identifiers`, `consent`, `origin`, `space_id`, `owner_id`) SELECT `id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `title`, `slug`, `synopsis`, `year`, `duration_s`, `form`, `stage`, `released_at`, `titles`, `synopses`, `genres`, `countries`, `regions`, `languages`, `warnings`, `identifiers`, `consent`, `origin`, `space_id`, `owner_id` FROM `films`;
-- Drop "films" table after copying rows
DROP TABLE `films`;
-- Rename temporary table "new_films" to "films"
ALTER TABLE `new_films` RENAME TO `films`;
-- Create index "film_network_id_stage_created_at_id" to table: "films"
CREATE INDEX `film_network_id_stage_created_at_id` ON `films` (`network_id`, `stage`, `created_at`, `id`);
-- Create index "film_network_id_stage_slug_id" to table: "films"
CREATE INDEX `film_network_id_stage_slug_id` ON `films` (`network_id`, `stage`, `slug`, `id`);
-- Create index "film_network_id_stage_released_at_id" to table: "films"
CREATE INDEX `film_network_id_stage_released_at_id` ON `films` (`network_id`, `stage`, `released_at`, `id`);
-- Create index "film_region_id_stage_created_at_id" to table: "films"
CREATE INDEX `film_region_id_stage_created_at_id` ON `films` (`region_id`, `stage`, `created_at`, `id`);
-- Create index "film_region_id_stage_slug_id" to table: "films"
CREATE INDEX `film_region_id_stage_slug_id` ON `films` (`region_id`, `stage`, `slug`, `id`);
-- Create index "film_region_id_stage_released_at_id" to table: "films"
CREATE INDEX `film_region_id_stage_released_at_id` ON `films` (`region_id`, `stage`, `released_at`, `id`);
-- Create index "film_space_id_stage_created_at_id" to table: "films"
CREATE INDEX `film_space_id_stage_created_at_id` ON `films` (`space_id`, `stage`, `created_at`, `id`);
-- Create index "film_space_id_stage_slug_id" to table: "films"
CREATE INDEX `film_space_id_stage_slug_id` ON `films` (`space_id`, `stage`, `slug`, `id`);
-- Create index "film_space_id_stage_released_at_id" to table: "films"
CREATE INDEX `film_space_id_stage_released_at_id` ON `films` (`space_id`, `stage`, `released_at`, `id`);
-- Create index "film_network_id_created_at_id" to table: "films"
CREATE INDEX `film_network_id_created_at_id` ON `films` (`network_id`, `created_at`, `id`);
-- Create index "film_region_id_created_at_id" to table: "films"
CREATE INDEX `film_region_id_created_at_id` ON `films` (`region_id`, `created_at`, `id`);
-- Create index "film_space_id_created_at_id" to table: "films"
CREATE INDEX `film_space_id_created_at_id` ON `films` (`space_id`, `created_at`, `id`);
-- Create index "film_network_id_slug_id" to table: "films"
CREATE INDEX `film_network_id_slug_id` ON `films` (`network_id`, `slug`, `id`);
-- Create index "film_region_id_slug_id" to table: "films"
CREATE INDEX `film_region_id_slug_id` ON `films` (`region_id`, `slug`, `id`);
-- Create index "film_space_id_slug_id" to table: "films"
CREATE INDEX `film_space_id_slug_id` ON `films` (`space_id`, `slug`, `id`);
-- Create index "film_owner_id" to table: "films"
CREATE INDEX `film_owner_id` ON `films` (`owner_id`);
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
