-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_labels" table
CREATE TABLE `new_labels` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `kind` text NOT NULL, `name` text NOT NULL, `slug` text NOT NULL, `name_key` text NOT NULL, `manifesto` text NOT NULL DEFAULT (''), `holder_id` text NOT NULL, `state` text NOT NULL DEFAULT ('active'), `acted_at` datetime NOT NULL, `max_pins` integer NOT NULL DEFAULT (3), `own_films` text NOT NULL DEFAULT ('declared'), `max_family` integer NOT NULL DEFAULT (0), `note_required` bool NOT NULL DEFAULT (false), `votes_needed` integer NOT NULL DEFAULT (0), PRIMARY KEY (`id`), CONSTRAINT `label_kind` CHECK (kind IN ('personal', 'personality', 'committee', 'festival', 'institution', 'region', 'platform')), CONSTRAINT `label_own_films` CHECK (own_films IN ('declared', 'forbidden')), CONSTRAINT `label_rules` CHECK (max_pins >= 0 AND votes_needed >= 0 AND max_family >= 0), CONSTRAINT `label_state` CHECK (state IN ('requested', 'active', 'closed')));
-- Copy rows from old table "labels" to new temporary table "new_labels"
INSERT INTO `new_labels` (`id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `space_id`, `kind`, `name`, `slug`, `name_key`, `manifesto`, `holder_id`, `state`, `acted_at`, `max_pins`, `own_films`, `note_required`, `votes_needed`) SELECT `id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `space_id`, `kind`, `name`, `slug`, `name_key`, `manifesto`, `holder_id`, `state`, `acted_at`, `max_pins`, `own_films`, `note_required`, `votes_needed` FROM `labels`;
-- Drop "labels" table after copying rows
DROP TABLE `labels`;
-- Rename temporary table "new_labels" to "labels"
ALTER TABLE `new_labels` RENAME TO `labels`;
-- Create index "label_network_id_created_at_id" to table: "labels"
CREATE INDEX `label_network_id_created_at_id` ON `labels` (`network_id`, `created_at`, `id`);
-- Create index "label_region_id_created_at_id" to table: "labels"
CREATE INDEX `label_region_id_created_at_id` ON `labels` (`region_id`, `created_at`, `id`);
-- Create index "label_space_id_created_at_id" to table: "labels"
CREATE INDEX `label_space_id_created_at_id` ON `labels` (`space_id`, `created_at`, `id`);
-- Create index "label_network_id_slug_id" to table: "labels"
CREATE INDEX `label_network_id_slug_id` ON `labels` (`network_id`, `slug`, `id`);
-- Create index "label_region_id_slug_id" to table: "labels"
CREATE INDEX `label_region_id_slug_id` ON `labels` (`region_id`, `slug`, `id`);
-- Create index "label_space_id_slug_id" to table: "labels"
CREATE INDEX `label_space_id_slug_id` ON `labels` (`space_id`, `slug`, `id`);
-- Create index "label_holder_id" to table: "labels"
CREATE INDEX `label_holder_id` ON `labels` (`holder_id`);
-- Create index "label_of_space" to table: "labels"
CREATE UNIQUE INDEX `label_of_space` ON `labels` (`space_id`, `name_key`);
-- Create index "label_of_network" to table: "labels"
CREATE UNIQUE INDEX `label_of_network` ON `labels` (`network_id`, `name_key`) WHERE kind <> 'personal' AND kind <> 'committee';
-- Create "new_selections" table
CREATE TABLE `new_selections` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `title` text NOT NULL, `slug` text NOT NULL, `text` text NOT NULL DEFAULT (''), `kind` text NOT NULL DEFAULT ('playlist'), `ordering` text NOT NULL DEFAULT ('manual'), `edition` integer NULL, `guest_id` text NULL, `invitation` text NULL, `max_words` integer NOT NULL DEFAULT (0), `from` datetime NULL, `until` datetime NULL, `visibility` text NOT NULL DEFAULT ('public'), `state` text NOT NULL DEFAULT ('draft'), `published_at` datetime NULL, `next_position` integer NOT NULL DEFAULT (0), `label_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `selections_labels_selections` FOREIGN KEY (`label_id`) REFERENCES `labels` (`id`) ON DELETE NO ACTION, CONSTRAINT `selection_dates` CHECK (until > "from"), CONSTRAINT `selection_guest` CHECK ((guest_id IS NULL) = (invitation IS NULL)), CONSTRAINT `selection_invitation` CHECK (invitation IN ('open', 'accepted', 'declined')), CONSTRAINT `selection_kind` CHECK (kind IN ('playlist', 'permanent', 'cycle', 'carte_blanche')), CONSTRAINT `selection_max_words` CHECK (max_words >= 0), CONSTRAINT `selection_ordering` CHECK (ordering IN ('manual', 'chronological')), CONSTRAINT `selection_published` CHECK ((state = 'published') = (published_at IS NOT NULL)), CONSTRAINT `selection_state` CHECK (state IN ('draft', 'published')), CONSTRAINT `selection_visibility` CHECK (visibility IN ('public', 'unlisted', 'private')));
-- A carte blanche that was given before is taken as accepted: its guest picks in it.
-- Copy rows from old table "selections" to new temporary table "new_selections"
INSERT INTO `new_selections` (`id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `space_id`, `title`, `slug`, `text`, `kind`, `ordering`, `edition`, `guest_id`, `invitation`, `from`, `until`, `visibility`, `state`, `published_at`, `next_position`, `label_id`) SELECT `id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `space_id`, `title`, `slug`, `text`, `kind`, `ordering`, `edition`, `guest_id`, CASE WHEN `guest_id` IS NOT NULL THEN 'accepted' END, `from`, `until`, `visibility`, `state`, `published_at`, `next_position`, `label_id` FROM `selections`;
-- Drop "selections" table after copying rows
DROP TABLE `selections`;
-- Rename temporary table "new_selections" to "selections"
ALTER TABLE `new_selections` RENAME TO `selections`;
-- Create index "selection_network_id_created_at_id" to table: "selections"
CREATE INDEX `selection_network_id_created_at_id` ON `selections` (`network_id`, `created_at`, `id`);
-- Create index "selection_region_id_created_at_id" to table: "selections"
CREATE INDEX `selection_region_id_created_at_id` ON `selections` (`region_id`, `created_at`, `id`);
-- Create index "selection_space_id_created_at_id" to table: "selections"
CREATE INDEX `selection_space_id_created_at_id` ON `selections` (`space_id`, `created_at`, `id`);
-- Create index "selection_network_id_slug_id" to table: "selections"
CREATE INDEX `selection_network_id_slug_id` ON `selections` (`network_id`, `slug`, `id`);
-- Create index "selection_region_id_slug_id" to table: "selections"
CREATE INDEX `selection_region_id_slug_id` ON `selections` (`region_id`, `slug`, `id`);
-- Create index "selection_space_id_slug_id" to table: "selections"
CREATE INDEX `selection_space_id_slug_id` ON `selections` (`space_id`, `slug`, `id`);
-- Create index "selection_label_id_created_at_id" to table: "selections"
CREATE INDEX `selection_label_id_created_at_id` ON `selections` (`label_id`, `created_at`, `id`);
-- Add column "before" to table: "pages"
ALTER TABLE `pages` ADD COLUMN `before` json NULL;
-- Add column "families" to table: "picks"
ALTER TABLE `picks` ADD COLUMN `families` json NULL;
-- Create "changes" table
CREATE TABLE `changes` (`id` text NOT NULL, `at` datetime NOT NULL, `person_id` text NULL, `kind` text NOT NULL, `fields` json NULL, `pick_id` text NULL, `film_id` text NULL, `selection_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `changes_selections_changes` FOREIGN KEY (`selection_id`) REFERENCES `selections` (`id`) ON DELETE NO ACTION, CONSTRAINT `change_kind` CHECK (kind IN ('made', 'changed', 'ordered', 'published', 'accepted', 'declined', 'picked', 'ended', 'removed', 'withdrawn', 'refused')), CONSTRAINT `change_pick` CHECK ((pick_id IS NULL) = (film_id IS NULL)));
-- Create index "change_selection_id_at_id" to table: "changes"
CREATE INDEX `change_selection_id_at_id` ON `changes` (`selection_id`, `at`, `id`);
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
