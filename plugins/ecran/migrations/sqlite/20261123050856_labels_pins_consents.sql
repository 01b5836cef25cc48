-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_labels" table
CREATE TABLE `new_labels` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `kind` text NOT NULL, `name` text NOT NULL, `slug` text NOT NULL, `name_key` text NOT NULL, `manifesto` text NOT NULL DEFAULT (''), `holder_id` text NOT NULL, `state` text NOT NULL DEFAULT ('active'), `acted_at` datetime NOT NULL, `max_pins` integer NOT NULL DEFAULT (3), `own_films` text NOT NULL DEFAULT ('declared'), `note_required` bool NOT NULL DEFAULT (false), `votes_needed` integer NOT NULL DEFAULT (0), PRIMARY KEY (`id`), CONSTRAINT `label_kind` CHECK (kind IN ('personal', 'personality', 'committee', 'festival', 'institution', 'region', 'platform')), CONSTRAINT `label_own_films` CHECK (own_films IN ('declared', 'forbidden')), CONSTRAINT `label_rules` CHECK (max_pins >= 0 AND votes_needed >= 0), CONSTRAINT `label_state` CHECK (state IN ('requested', 'active', 'closed')));
-- Copy rows from old table "labels" to new temporary table "new_labels"
INSERT INTO `new_labels` (`id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `space_id`, `kind`, `name`, `slug`, `manifesto`, `holder_id`, `acted_at`, `name_key`) SELECT `id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `space_id`, `kind`, `name`, `slug`, `manifesto`, `holder_id`, `updated_at`, replace(replace(replace(replace(replace(slug, '-', ''), '0', 'o'), '1', 'l'), 'm', 'rn'), 'w', 'vv') FROM `labels`;
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
-- Of two that read alike, the first one keeps the name for itself
UPDATE `labels` SET `name_key` = `name_key` || `id` WHERE EXISTS (SELECT 1 FROM `labels` AS `o` WHERE `o`.`network_id` = `labels`.`network_id` AND `o`.`name_key` = `labels`.`name_key` AND `o`.`id` < `labels`.`id` AND (`o`.`space_id` = `labels`.`space_id` OR `o`.`kind` NOT IN ('personal', 'committee') AND `labels`.`kind` NOT IN ('personal', 'committee')));
-- Create index "label_of_space" to table: "labels"
CREATE UNIQUE INDEX `label_of_space` ON `labels` (`space_id`, `name_key`);
-- Create index "label_of_network" to table: "labels"
CREATE UNIQUE INDEX `label_of_network` ON `labels` (`network_id`, `name_key`) WHERE kind <> 'personal' AND kind <> 'committee';
-- Create "new_curators" table
CREATE TABLE `new_curators` (`id` text NOT NULL, `person_id` text NOT NULL, `role` text NOT NULL, `label_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `curators_labels_curators` FOREIGN KEY (`label_id`) REFERENCES `labels` (`id`) ON DELETE CASCADE, CONSTRAINT `curator_role` CHECK (role IN ('director', 'curator', 'contributor')));
-- Copy rows from old table "curators" to new temporary table "new_curators"
INSERT INTO `new_curators` (`id`, `person_id`, `role`, `label_id`) SELECT `id`, `person_id`, `role`, `label_id` FROM `curators`;
-- Drop "curators" table after copying rows
DROP TABLE `curators`;
-- Rename temporary table "new_curators" to "curators"
ALTER TABLE `new_curators` RENAME TO `curators`;
-- Create index "curator_label_id_person_id" to table: "curators"
CREATE UNIQUE INDEX `curator_label_id_person_id` ON `curators` (`label_id`, `person_id`);
-- Create index "curator_person_id" to table: "curators"
CREATE INDEX `curator_person_id` ON `curators` (`person_id`);
-- Create "new_picks" table
CREATE TABLE `new_picks` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `film_id` text NOT NULL, `note` text NOT NULL DEFAULT (''), `signer_id` text NOT NULL, `signer_name` text NOT NULL, `conflict` text NOT NULL DEFAULT (''), `position` integer NOT NULL, `from` datetime NOT NULL, `until` datetime NULL, `ended_at` datetime NULL, `reason` text NOT NULL DEFAULT (''), `state` text NOT NULL DEFAULT ('on_screen'), `recognised_at` datetime NULL, `selection_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `picks_selections_picks` FOREIGN KEY (`selection_id`) REFERENCES `selections` (`id`) ON DELETE NO ACTION, CONSTRAINT `pick_ended` CHECK ((state IN ('ended', 'withdrawn', 'removed', 'refused')) = (ended_at IS NOT NULL)), CONSTRAINT `pick_state` CHECK (state IN ('under_vote', 'asked', 'scheduled', 'on_screen', 'ended', 'withdrawn', 'removed', 'refused')));
-- Copy rows from old table "picks" to new temporary table "new_picks"
INSERT INTO `new_picks` (`id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `space_id`, `film_id`, `note`, `signer_id`, `signer_name`, `position`, `from`, `until`, `ended_at`, `state`, `recognised_at`, `selection_id`) SELECT `id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `space_id`, `film_id`, `note`, `signer_id`, `signer_name`, `position`, `from`, `until`, `until`, `state`, `recognised_at`, `selection_id` FROM `picks`;
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
-- Create "new_selections" table
CREATE TABLE `new_selections` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `title` text NOT NULL, `slug` text NOT NULL, `text` text NOT NULL DEFAULT (''), `kind` text NOT NULL DEFAULT ('playlist'), `ordering` text NOT NULL DEFAULT ('manual'), `edition` integer NULL, `guest_id` text NULL, `from` datetime NULL, `until` datetime NULL, `visibility` text NOT NULL DEFAULT ('public'), `state` text NOT NULL DEFAULT ('draft'), `published_at` datetime NULL, `next_position` integer NOT NULL DEFAULT (0), `label_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `selections_labels_selections` FOREIGN KEY (`label_id`) REFERENCES `labels` (`id`) ON DELETE NO ACTION, CONSTRAINT `selection_dates` CHECK (until > "from"), CONSTRAINT `selection_kind` CHECK (kind IN ('playlist', 'permanent', 'cycle', 'carte_blanche')), CONSTRAINT `selection_ordering` CHECK (ordering IN ('manual', 'chronological')), CONSTRAINT `selection_published` CHECK ((state = 'published') = (published_at IS NOT NULL)), CONSTRAINT `selection_state` CHECK (state IN ('draft', 'published')), CONSTRAINT `selection_visibility` CHECK (visibility IN ('public', 'unlisted', 'private')));
-- Copy rows from old table "selections" to new temporary table "new_selections"
INSERT INTO `new_selections` (`id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `space_id`, `title`, `slug`, `text`, `visibility`, `state`, `published_at`, `next_position`, `label_id`) SELECT `id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `space_id`, `title`, `slug`, `text`, `visibility`, `state`, `published_at`, `next_position`, `label_id` FROM `selections`;
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
-- Create "consents" table
CREATE TABLE `consents` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `film_id` text NOT NULL, `asked_by` text NOT NULL, `asked_at` datetime NOT NULL, `answered_at` datetime NULL, `state` text NOT NULL DEFAULT ('asked'), `label_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `consents_labels_consents` FOREIGN KEY (`label_id`) REFERENCES `labels` (`id`) ON DELETE NO ACTION, CONSTRAINT `consent_answered` CHECK ((state = 'asked') = (answered_at IS NULL)), CONSTRAINT `consent_state` CHECK (state IN ('asked', 'granted', 'refused', 'lapsed')));
-- Create index "consent_film_id_label_id" to table: "consents"
CREATE UNIQUE INDEX `consent_film_id_label_id` ON `consents` (`film_id`, `label_id`);
-- Create index "consent_film_id_asked_at_id" to table: "consents"
CREATE INDEX `consent_film_id_asked_at_id` ON `consents` (`film_id`, `asked_at`, `id`);
-- Create index "consent_label_id_asked_at_id" to table: "consents"
CREATE INDEX `consent_label_id_asked_at_id` ON `consents` (`label_id`, `asked_at`, `id`);
-- Create "pages" table
CREATE TABLE `pages` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `slots` integer NOT NULL DEFAULT (6), PRIMARY KEY (`id`), CONSTRAINT `page_slots` CHECK (slots BETWEEN 1 AND 24));
-- Create index "page_of_space" to table: "pages"
CREATE UNIQUE INDEX `page_of_space` ON `pages` (`space_id`);
-- Create "pins" table
CREATE TABLE `pins` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `slot` integer NOT NULL, `kind` text NOT NULL, `target_id` text NOT NULL, `label_id` text NOT NULL, `reason` text NOT NULL DEFAULT (''), `signer_id` text NOT NULL, `signer_name` text NOT NULL, `from` datetime NOT NULL, `until` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `pin_dates` CHECK (until >= "from"), CONSTRAINT `pin_kind` CHECK (kind IN ('label', 'selection', 'pick')), CONSTRAINT `pin_slot` CHECK (slot >= 1));
-- Create index "pin_space_id_from_id" to table: "pins"
CREATE INDEX `pin_space_id_from_id` ON `pins` (`space_id`, `from`, `id`);
-- Create index "pin_label_id" to table: "pins"
CREATE INDEX `pin_label_id` ON `pins` (`label_id`);
-- Create index "pin_target_id" to table: "pins"
CREATE INDEX `pin_target_id` ON `pins` (`target_id`);
-- Create "proposals" table
CREATE TABLE `proposals` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `film_id` text NOT NULL, `person_id` text NOT NULL, `why` text NOT NULL, `state` text NOT NULL DEFAULT ('proposed'), `answer` text NOT NULL DEFAULT (''), `decided_by` text NULL, `decided_at` datetime NULL, `pick_id` text NULL, `label_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `proposals_labels_proposals` FOREIGN KEY (`label_id`) REFERENCES `labels` (`id`) ON DELETE NO ACTION, CONSTRAINT `proposal_decided` CHECK ((state = 'proposed') = (decided_at IS NULL)), CONSTRAINT `proposal_state` CHECK (state IN ('proposed', 'taken', 'declined', 'withdrawn')));
-- Create index "proposal_label_id_created_at_id" to table: "proposals"
CREATE INDEX `proposal_label_id_created_at_id` ON `proposals` (`label_id`, `created_at`, `id`);
-- Create index "proposal_person_id_created_at_id" to table: "proposals"
CREATE INDEX `proposal_person_id_created_at_id` ON `proposals` (`person_id`, `created_at`, `id`);
-- Create index "proposal_open" to table: "proposals"
CREATE UNIQUE INDEX `proposal_open` ON `proposals` (`label_id`, `film_id`, `person_id`) WHERE state = 'proposed';
-- Create "votes" table
CREATE TABLE `votes` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `person_id` text NOT NULL, `choice` text NOT NULL, `pick_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `votes_picks_votes` FOREIGN KEY (`pick_id`) REFERENCES `picks` (`id`) ON DELETE NO ACTION, CONSTRAINT `vote_choice` CHECK (choice IN ('yes', 'no', 'veto')));
-- Create index "vote_pick_id_person_id" to table: "votes"
CREATE UNIQUE INDEX `vote_pick_id_person_id` ON `votes` (`pick_id`, `person_id`);
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
