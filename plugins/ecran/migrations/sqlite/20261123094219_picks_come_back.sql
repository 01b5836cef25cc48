-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_picks" table
CREATE TABLE `new_picks` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `film_id` text NOT NULL, `note` text NOT NULL DEFAULT (''), `signer_id` text NOT NULL, `signer_name` text NOT NULL, `conflict` text NOT NULL DEFAULT (''), `position` integer NOT NULL, `from` datetime NOT NULL, `until` datetime NULL, `ended_at` datetime NULL, `reason` text NOT NULL DEFAULT (''), `state` text NOT NULL DEFAULT ('on_screen'), `recognised_at` datetime NULL, `recognition` text NOT NULL DEFAULT (''), `selection_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `picks_selections_picks` FOREIGN KEY (`selection_id`) REFERENCES `selections` (`id`) ON DELETE NO ACTION, CONSTRAINT `pick_ended` CHECK ((state IN ('ended', 'withdrawn', 'removed', 'refused')) = (ended_at IS NOT NULL)), CONSTRAINT `pick_state` CHECK (state IN ('under_vote', 'asked', 'scheduled', 'on_screen', 'ended', 'withdrawn', 'removed', 'refused')));
-- Copy rows from old table "picks" to new temporary table "new_picks"
INSERT INTO `new_picks` (`id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `space_id`, `film_id`, `note`, `signer_id`, `signer_name`, `conflict`, `position`, `from`, `until`, `ended_at`, `reason`, `state`, `recognised_at`, `selection_id`) SELECT `id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `space_id`, `film_id`, `note`, `signer_id`, `signer_name`, `conflict`, `position`, `from`, `until`, `ended_at`, `reason`, `state`, `recognised_at`, `selection_id` FROM `picks`;
-- Drop "picks" table after copying rows
DROP TABLE `picks`;
-- Rename temporary table "new_picks" to "picks"
ALTER TABLE `new_picks` RENAME TO `picks`;
-- Create index "pick_selection_id_state_position_id" to table: "picks"
CREATE INDEX `pick_selection_id_state_position_id` ON `picks` (`selection_id`, `state`, `position`, `id`);
-- Create index "pick_selection_id_state_from_id" to table: "picks"
CREATE INDEX `pick_selection_id_state_from_id` ON `picks` (`selection_id`, `state`, `from`, `id`);
-- Create index "pick_film_id" to table: "picks"
CREATE INDEX `pick_film_id` ON `picks` (`film_id`);
-- Create index "pick_current" to table: "picks"
CREATE UNIQUE INDEX `pick_current` ON `picks` (`selection_id`, `film_id`) WHERE ended_at IS NULL;
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
