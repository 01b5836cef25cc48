-- Create "curators" table
CREATE TABLE `curators` (`id` text NOT NULL, `person_id` text NOT NULL, `role` text NOT NULL, `label_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `curators_labels_curators` FOREIGN KEY (`label_id`) REFERENCES `labels` (`id`) ON DELETE CASCADE, CONSTRAINT `curator_role` CHECK (role IN ('director', 'curator')));
-- Create index "curator_label_id_person_id" to table: "curators"
CREATE UNIQUE INDEX `curator_label_id_person_id` ON `curators` (`label_id`, `person_id`);
-- Create index "curator_person_id" to table: "curators"
CREATE INDEX `curator_person_id` ON `curators` (`person_id`);
-- Create "labels" table
CREATE TABLE `labels` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `kind` text NOT NULL, `name` text NOT NULL, `slug` text NOT NULL, `manifesto` text NOT NULL DEFAULT (''), `holder_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `label_kind` CHECK (kind IN ('platform', 'region', 'institution', 'festival', 'committee', 'personality', 'personal')));
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
CREATE UNIQUE INDEX `label_of_space` ON `labels` (`space_id`, `slug`);
-- Create "picks" table
CREATE TABLE `picks` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `film_id` text NOT NULL, `note` text NOT NULL DEFAULT (''), `signer_id` text NOT NULL, `signer_name` text NOT NULL, `position` integer NOT NULL, `from` datetime NOT NULL, `until` datetime NULL, `state` text NOT NULL DEFAULT ('on_screen'), `recognised_at` datetime NULL, `selection_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `picks_selections_picks` FOREIGN KEY (`selection_id`) REFERENCES `selections` (`id`) ON DELETE NO ACTION, CONSTRAINT `pick_ended` CHECK ((state = 'ended') = (until IS NOT NULL)), CONSTRAINT `pick_state` CHECK (state IN ('on_screen', 'ended')));
-- Create index "pick_selection_id_state_position_id" to table: "picks"
CREATE INDEX `pick_selection_id_state_position_id` ON `picks` (`selection_id`, `state`, `position`, `id`);
-- Create index "pick_film_id" to table: "picks"
CREATE INDEX `pick_film_id` ON `picks` (`film_id`);
-- Create index "pick_on_screen" to table: "picks"
CREATE UNIQUE INDEX `pick_on_screen` ON `picks` (`selection_id`, `film_id`) WHERE state = 'on_screen';
-- Create "selections" table
CREATE TABLE `selections` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `title` text NOT NULL, `slug` text NOT NULL, `text` text NOT NULL DEFAULT (''), `visibility` text NOT NULL DEFAULT ('public'), `state` text NOT NULL DEFAULT ('draft'), `published_at` datetime NULL, `next_position` integer NOT NULL DEFAULT (0), `label_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `selections_labels_selections` FOREIGN KEY (`label_id`) REFERENCES `labels` (`id`) ON DELETE NO ACTION, CONSTRAINT `selection_published` CHECK ((state = 'published') = (published_at IS NOT NULL)), CONSTRAINT `selection_state` CHECK (state IN ('draft', 'published')), CONSTRAINT `selection_visibility` CHECK (visibility IN ('public', 'unlisted', 'private')));
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
