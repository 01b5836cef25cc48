-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_accounts" table
CREATE TABLE `new_accounts` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `email` text NOT NULL, `password_hash` text NOT NULL, `locale` text NOT NULL DEFAULT ('fr-FR'), `time_zone` text NOT NULL DEFAULT ('Europe/Paris'), `state` text NOT NULL DEFAULT ('active'), `person_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `accounts_people_account` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT, CONSTRAINT `account_email` CHECK (email = lower(email)), CONSTRAINT `account_state` CHECK (state IN ('active', 'suspended')));
-- Copy rows from old table "accounts" to new temporary table "new_accounts"
INSERT INTO `new_accounts` (`id`, `created_at`, `updated_at`, `version`, `email`, `password_hash`, `locale`, `state`, `person_id`) SELECT `id`, `created_at`, `updated_at`, `version`, `email`, `password_hash`, `locale`, `state`, `person_id` FROM `accounts`;
-- Drop "accounts" table after copying rows
DROP TABLE `accounts`;
-- Rename temporary table "new_accounts" to "accounts"
ALTER TABLE `new_accounts` RENAME TO `accounts`;
-- Create index "accounts_person_id_key" to table: "accounts"
CREATE UNIQUE INDEX `accounts_person_id_key` ON `accounts` (`person_id`);
-- Create index "account_email" to table: "accounts"
CREATE UNIQUE INDEX `account_email` ON `accounts` (`email`);
-- Create index "account_created_at_id" to table: "accounts"
CREATE INDEX `account_created_at_id` ON `accounts` (`created_at`, `id`);
-- Create index "auditentry_object_at_id" to table: "audit_entries"
CREATE INDEX `auditentry_object_at_id` ON `audit_entries` (`object`, `at`, `id`);
-- Create index "auditentry_actor_at_id" to table: "audit_entries"
CREATE INDEX `auditentry_actor_at_id` ON `audit_entries` (`actor`, `at`, `id`);
-- Create "new_films" table
CREATE TABLE `new_films` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `title` text NOT NULL, `slug` text NOT NULL, `synopsis` text NOT NULL DEFAULT (''), `year` integer NULL, `duration_s` integer NULL, `form` text NOT NULL DEFAULT ('fiction'), `stage` text NOT NULL DEFAULT ('idea'), `released_at` datetime NULL, `titles` json NULL, `synopses` json NULL, `genres` json NULL, `countries` json NULL, `regions` json NULL, `languages` json NULL, `warnings` json NULL, `identifiers` json NULL, `consent` text NOT NULL DEFAULT ('open'), `origin` text NOT NULL DEFAULT ('made'), `space_id` text NOT NULL, `owner_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `films_spaces_space` FOREIGN KEY (`space_id`) REFERENCES `spaces` (`id`) ON DELETE RESTRICT, CONSTRAINT `films_people_owner` FOREIGN KEY (`owner_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT, CONSTRAINT `film_consent` CHECK (consent IN ('open', 'ask', 'none')), CONSTRAINT `film_duration` CHECK (duration_s BETWEEN 1 AND 360000), CONSTRAINT `film_form` CHECK (form IN ('fiction', 'documentary', 'animation', 'experimental', 'music_video')), CONSTRAINT `film_origin` CHECK (origin IN ('made', 'recorded')), CONSTRAINT `film_released` CHECK (stage NOT IN ('released', 'withdrawn') OR released_at IS NOT NULL), CONSTRAINT `film_stage` CHECK (stage IN ('idea', 'development', 'preparation', 'shooting', 'post', 'finished', 'released', 'withdrawn')), CONSTRAINT `film_year` CHECK (year BETWEEN 1888 AND 2200));
-- Copy rows from old table "films" to new temporary table "new_films"
INSERT INTO `new_films` (`id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `title`, `slug`, `synopsis`, `year`, `duration_s`, `form`, `stage`, `released_at`, `space_id`, `owner_id`) SELECT `id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `title`, `slug`, `synopsis`, `year`, `duration_s`, `form`, `stage`, `released_at`, `space_id`, `owner_id` FROM `films`;
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
-- Create index "grant_space_id_role_created_at_id" to table: "grants"
CREATE INDEX `grant_space_id_role_created_at_id` ON `grants` (`space_id`, `role`, `created_at`, `id`);
-- Create "new_people" table
CREATE TABLE `new_people` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `handle` text NOT NULL DEFAULT (''), `name` text NOT NULL, `sort_name` text NOT NULL, `suspended` bool NOT NULL DEFAULT (false), `claim` text NOT NULL DEFAULT ('claimed'), `listed` bool NOT NULL DEFAULT (true), `made_by` text NOT NULL DEFAULT (''), `pronouns` text NOT NULL DEFAULT (''), `bio` text NOT NULL DEFAULT (''), `skills` json NULL, `languages` json NULL, `commune` text NOT NULL DEFAULT (''), `travel_km` integer NULL, `standing` text NULL, `statuses` json NULL, `links` json NULL, `contact` text NOT NULL DEFAULT ('members'), `visibility` json NULL, `found_commune` text NOT NULL DEFAULT (''), `found_tile` integer NULL, `space_id` text NOT NULL, `merged_into_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `people_spaces_space` FOREIGN KEY (`space_id`) REFERENCES `spaces` (`id`) ON DELETE RESTRICT, CONSTRAINT `people_people_merged` FOREIGN KEY (`merged_into_id`) REFERENCES `people` (`id`) ON DELETE SET NULL, CONSTRAINT `person_claim` CHECK (claim IN ('claimed', 'unclaimed', 'pending', 'disputed', 'merged')), CONSTRAINT `person_contact` CHECK (contact IN ('everyone', 'members', 'nobody')), CONSTRAINT `person_handle` CHECK (handle = lower(handle)), CONSTRAINT `person_listed` CHECK (listed = (claim = 'claimed' AND NOT suspended)), CONSTRAINT `person_merged` CHECK ((claim = 'merged') = (merged_into_id IS NOT NULL)), CONSTRAINT `person_standing` CHECK (standing IN ('student', 'passionate', 'recent_graduate', 'professional')));
-- Copy rows from old table "people" to new temporary table "new_people"
INSERT INTO `new_people` (`id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, `handle`, `name`, `sort_name`, `suspended`, `listed`, `space_id`) SELECT `id`, `created_at`, `updated_at`, `version`, `network_id`, `region_id`, IFNULL(`handle`, ('')) AS `handle`, `name`, `sort_name`, `suspended`, NOT `suspended`, `space_id` FROM `people`;
-- Drop "people" table after copying rows
DROP TABLE `people`;
-- Rename temporary table "new_people" to "people"
ALTER TABLE `new_people` RENAME TO `people`;
-- Create index "person_network_id_listed_created_at_id" to table: "people"
CREATE INDEX `person_network_id_listed_created_at_id` ON `people` (`network_id`, `listed`, `created_at`, `id`);
-- Create index "person_region_id_listed_created_at_id" to table: "people"
CREATE INDEX `person_region_id_listed_created_at_id` ON `people` (`region_id`, `listed`, `created_at`, `id`);
-- Create index "person_space_id_listed_created_at_id" to table: "people"
CREATE INDEX `person_space_id_listed_created_at_id` ON `people` (`space_id`, `listed`, `created_at`, `id`);
-- Create index "person_network_id_listed_sort_name_id" to table: "people"
CREATE INDEX `person_network_id_listed_sort_name_id` ON `people` (`network_id`, `listed`, `sort_name`, `id`);
-- Create index "person_region_id_listed_sort_name_id" to table: "people"
CREATE INDEX `person_region_id_listed_sort_name_id` ON `people` (`region_id`, `listed`, `sort_name`, `id`);
-- Create index "person_space_id_listed_sort_name_id" to table: "people"
CREATE INDEX `person_space_id_listed_sort_name_id` ON `people` (`space_id`, `listed`, `sort_name`, `id`);
-- Create index "person_handle" to table: "people"
CREATE UNIQUE INDEX `person_handle` ON `people` (`handle`) WHERE handle <> '';
-- Create index "person_found_commune_listed_sort_name_id" to table: "people"
CREATE INDEX `person_found_commune_listed_sort_name_id` ON `people` (`found_commune`, `listed`, `sort_name`, `id`);
-- Create index "person_found_commune_listed_created_at_id" to table: "people"
CREATE INDEX `person_found_commune_listed_created_at_id` ON `people` (`found_commune`, `listed`, `created_at`, `id`);
-- Create index "person_found_tile_listed_sort_name_id" to table: "people"
CREATE INDEX `person_found_tile_listed_sort_name_id` ON `people` (`found_tile`, `listed`, `sort_name`, `id`);
-- Create index "person_made_by" to table: "people"
CREATE INDEX `person_made_by` ON `people` (`made_by`) WHERE made_by <> '';
-- Create index "person_suspended" to table: "people"
CREATE INDEX `person_suspended` ON `people` (`id`) WHERE suspended;
-- Create "new_spaces" table
CREATE TABLE `new_spaces` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `kind` text NOT NULL, `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `path` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `code` text NULL, `locale` text NOT NULL DEFAULT ('fr-FR'), `time_zone` text NOT NULL DEFAULT ('Europe/Paris'), `description` text NOT NULL DEFAULT (''), `contact` text NOT NULL DEFAULT (''), `website` text NOT NULL DEFAULT (''), `colour` text NOT NULL DEFAULT (''), `joining` text NOT NULL DEFAULT ('open'), `parent_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `spaces_spaces_children` FOREIGN KEY (`parent_id`) REFERENCES `spaces` (`id`) ON DELETE RESTRICT, CONSTRAINT `space_joining` CHECK (joining IN ('open', 'invitation')), CONSTRAINT `space_kind` CHECK (kind IN ('network', 'region', 'institution')), CONSTRAINT `space_parent` CHECK ((kind = 'network') = (parent_id IS NULL)), CONSTRAINT `space_path` CHECK (path LIKE '/%/'), CONSTRAINT `space_place` CHECK ((kind = 'network' AND network_id = id AND region_id = '') OR (kind = 'region' AND network_id <> id AND region_id = id) OR (kind = 'institution' AND network_id <> id AND region_id <> id)), CONSTRAINT `space_slug` CHECK (slug = lower(slug)));
-- Copy rows from old table "spaces" to new temporary table "new_spaces"
INSERT INTO `new_spaces` (`id`, `created_at`, `updated_at`, `version`, `kind`, `network_id`, `region_id`, `path`, `slug`, `name`, `code`, `locale`, `time_zone`, `parent_id`) SELECT `id`, `created_at`, `updated_at`, `version`, `kind`, `network_id`, `region_id`, `path`, `slug`, `name`, `code`, `locale`, `time_zone`, `parent_id` FROM `spaces`;
-- Drop "spaces" table after copying rows
DROP TABLE `spaces`;
-- Rename temporary table "new_spaces" to "spaces"
ALTER TABLE `new_spaces` RENAME TO `spaces`;
-- Create index "space_slug" to table: "spaces"
CREATE UNIQUE INDEX `space_slug` ON `spaces` (`slug`);
-- Create index "space_path" to table: "spaces"
CREATE UNIQUE INDEX `space_path` ON `spaces` (`path`);
-- Create index "space_kind_code" to table: "spaces"
CREATE UNIQUE INDEX `space_kind_code` ON `spaces` (`kind`, `code`);
-- Create index "space_network" to table: "spaces"
CREATE UNIQUE INDEX `space_network` ON `spaces` (`kind`) WHERE kind = 'network';
-- Create index "space_slug_id" to table: "spaces"
CREATE INDEX `space_slug_id` ON `spaces` (`slug`, `id`);
-- Create index "space_parent_id_slug_id" to table: "spaces"
CREATE INDEX `space_parent_id_slug_id` ON `spaces` (`parent_id`, `slug`, `id`);
-- Create "busy_periods" table
CREATE TABLE `busy_periods` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `first_day` text NOT NULL, `last_day` text NOT NULL, `note` text NOT NULL DEFAULT (''), `person_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `busy_periods_people_busy` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE CASCADE, CONSTRAINT `busy_period_days` CHECK (first_day <= last_day));
-- Create index "busyperiod_person_id_first_day_id" to table: "busy_periods"
CREATE INDEX `busyperiod_person_id_first_day_id` ON `busy_periods` (`person_id`, `first_day`, `id`);
-- Create "claims" table
CREATE TABLE `claims` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `state` text NOT NULL DEFAULT ('pending'), `note` text NOT NULL DEFAULT (''), `reason` text NOT NULL DEFAULT (''), `decided_by` text NOT NULL DEFAULT (''), `decided_at` datetime NULL, `person_id` text NOT NULL, `claimant_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `claims_people_person` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE CASCADE, CONSTRAINT `claims_people_claimant` FOREIGN KEY (`claimant_id`) REFERENCES `people` (`id`) ON DELETE CASCADE, CONSTRAINT `claim_self` CHECK (person_id <> claimant_id), CONSTRAINT `claim_state` CHECK (state IN ('pending', 'accepted', 'refused', 'withdrawn')));
-- Create index "claim_waiting" to table: "claims"
CREATE UNIQUE INDEX `claim_waiting` ON `claims` (`person_id`, `claimant_id`) WHERE state = 'pending';
-- Create index "claim_accepted" to table: "claims"
CREATE UNIQUE INDEX `claim_accepted` ON `claims` (`person_id`) WHERE state = 'accepted';
-- Create index "claim_claimant_id_created_at_id" to table: "claims"
CREATE INDEX `claim_claimant_id_created_at_id` ON `claims` (`claimant_id`, `created_at`, `id`);
-- Create index "claim_person_id_created_at_id" to table: "claims"
CREATE INDEX `claim_person_id_created_at_id` ON `claims` (`person_id`, `created_at`, `id`);
-- Create index "claim_network_id_state_created_at_id" to table: "claims"
CREATE INDEX `claim_network_id_state_created_at_id` ON `claims` (`network_id`, `state`, `created_at`, `id`);
-- Create index "claim_region_id_state_created_at_id" to table: "claims"
CREATE INDEX `claim_region_id_state_created_at_id` ON `claims` (`region_id`, `state`, `created_at`, `id`);
-- Create index "claim_space_id_state_created_at_id" to table: "claims"
CREATE INDEX `claim_space_id_state_created_at_id` ON `claims` (`space_id`, `state`, `created_at`, `id`);
-- Create "credits" table
CREATE TABLE `credits` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `name` text NOT NULL, `craft` text NOT NULL DEFAULT (''), `craft_text` text NOT NULL DEFAULT (''), `character` text NOT NULL DEFAULT (''), `position` integer NOT NULL DEFAULT (0), `uncredited` bool NOT NULL DEFAULT (false), `state` text NOT NULL DEFAULT ('proposed'), `source` text NOT NULL DEFAULT ('team'), `source_id` text NOT NULL DEFAULT (''), `proposed_by` text NOT NULL DEFAULT (''), `disputed_by` text NOT NULL DEFAULT (''), `dispute` text NOT NULL DEFAULT (''), `settlement` text NOT NULL DEFAULT (''), `answered_at` datetime NULL, `person_id` text NULL, `organisation_id` text NULL, `film_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `credits_people_person` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE SET NULL, CONSTRAINT `credits_organisations_organisation` FOREIGN KEY (`organisation_id`) REFERENCES `organisations` (`id`) ON DELETE SET NULL, CONSTRAINT `credits_films_credits` FOREIGN KEY (`film_id`) REFERENCES `films` (`id`) ON DELETE CASCADE, CONSTRAINT `credit_craft` CHECK ((craft = '') <> (craft_text = '')), CONSTRAINT `credit_source` CHECK (source IN ('team', 'module', 'record')), CONSTRAINT `credit_state` CHECK (state IN ('proposed', 'confirmed', 'refused', 'disputed', 'removed', 'withdrawn')), CONSTRAINT `credit_whom` CHECK (person_id IS NULL OR organisation_id IS NULL));
-- Create index "credit_film_id_position_id" to table: "credits"
CREATE INDEX `credit_film_id_position_id` ON `credits` (`film_id`, `position`, `id`);
-- Create index "credit_person_id_state_film_id" to table: "credits"
CREATE INDEX `credit_person_id_state_film_id` ON `credits` (`person_id`, `state`, `film_id`);
-- Create index "credit_organisation_id_state_film_id" to table: "credits"
CREATE INDEX `credit_organisation_id_state_film_id` ON `credits` (`organisation_id`, `state`, `film_id`);
-- Create index "credit_person" to table: "credits"
CREATE UNIQUE INDEX `credit_person` ON `credits` (`film_id`, `person_id`, `craft`, `craft_text`, `character`) WHERE person_id IS NOT NULL AND state <> 'refused' AND state <> 'removed' AND state <> 'withdrawn';
-- Create index "credit_source_id" to table: "credits"
CREATE UNIQUE INDEX `credit_source_id` ON `credits` (`source_id`) WHERE source_id <> '';
-- Create index "credit_disputed_network_id" to table: "credits"
CREATE INDEX `credit_disputed_network_id` ON `credits` (`network_id`, `updated_at`, `id`) WHERE state = 'disputed';
-- Create index "credit_disputed_region_id" to table: "credits"
CREATE INDEX `credit_disputed_region_id` ON `credits` (`region_id`, `updated_at`, `id`) WHERE state = 'disputed';
-- Create index "credit_disputed_space_id" to table: "credits"
CREATE INDEX `credit_disputed_space_id` ON `credits` (`space_id`, `updated_at`, `id`) WHERE state = 'disputed';
-- Create "handles" table
CREATE TABLE `handles` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `key` text NOT NULL, `handle` text NOT NULL, `person_id` text NULL, `registration_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `handles_people_handles` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT, CONSTRAINT `handles_registrations_reserved` FOREIGN KEY (`registration_id`) REFERENCES `registrations` (`id`) ON DELETE CASCADE, CONSTRAINT `handle_lower` CHECK (handle = lower(handle)));
-- Create index "handle_key" to table: "handles"
CREATE UNIQUE INDEX `handle_key` ON `handles` (`key`);
-- Create index "handle_handle" to table: "handles"
CREATE INDEX `handle_handle` ON `handles` (`handle`);
-- Create "memberships" table
CREATE TABLE `memberships` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `role` text NOT NULL, `title` text NOT NULL DEFAULT (''), `state` text NOT NULL DEFAULT ('invited'), `shown` bool NOT NULL DEFAULT (true), `since` text NOT NULL DEFAULT (''), `until` text NOT NULL DEFAULT (''), `invited_by` text NOT NULL DEFAULT (''), `answered_at` datetime NULL, `ended_at` datetime NULL, `organisation_id` text NOT NULL, `person_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `memberships_organisations_memberships` FOREIGN KEY (`organisation_id`) REFERENCES `organisations` (`id`) ON DELETE CASCADE, CONSTRAINT `memberships_people_organisations` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT, CONSTRAINT `membership_days` CHECK (since = '' OR until = '' OR since <= until), CONSTRAINT `membership_role` CHECK (role IN ('admin', 'editor', 'member')), CONSTRAINT `membership_state` CHECK (state IN ('invited', 'active', 'declined', 'cancelled', 'ended')));
-- Create index "membership_held" to table: "memberships"
CREATE UNIQUE INDEX `membership_held` ON `memberships` (`organisation_id`, `person_id`) WHERE state <> 'declined' AND state <> 'cancelled' AND state <> 'ended';
-- Create index "membership_organisation_id_created_at_id" to table: "memberships"
CREATE INDEX `membership_organisation_id_created_at_id` ON `memberships` (`organisation_id`, `created_at`, `id`);
-- Create index "membership_organisation_id_state_created_at_id" to table: "memberships"
CREATE INDEX `membership_organisation_id_state_created_at_id` ON `memberships` (`organisation_id`, `state`, `created_at`, `id`);
-- Create index "membership_person_id_created_at_id" to table: "memberships"
CREATE INDEX `membership_person_id_created_at_id` ON `memberships` (`person_id`, `created_at`, `id`);
-- Create "notifications" table
CREATE TABLE `notifications` (`id` text NOT NULL, `at` datetime NOT NULL, `type` text NOT NULL, `subject` text NOT NULL, `within` text NOT NULL DEFAULT (''), `by` text NOT NULL DEFAULT (''), `read_at` datetime NULL, `person_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `notifications_people_notifications` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE CASCADE);
-- Create index "notification_person_id_at_id" to table: "notifications"
CREATE INDEX `notification_person_id_at_id` ON `notifications` (`person_id`, `at`, `id`);
-- Create index "notification_unread" to table: "notifications"
CREATE INDEX `notification_unread` ON `notifications` (`person_id`, `at`, `id`) WHERE read_at IS NULL;
-- Create "organisations" table
CREATE TABLE `organisations` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `kind` text NOT NULL, `name` text NOT NULL, `slug` text NOT NULL, `legal_name` text NOT NULL DEFAULT (''), `description` text NOT NULL DEFAULT (''), `siren` text NOT NULL DEFAULT (''), `siret` text NOT NULL DEFAULT (''), `rna` text NOT NULL DEFAULT (''), `naf` text NOT NULL DEFAULT (''), `idcc` text NOT NULL DEFAULT (''), `commune` text NOT NULL DEFAULT (''), `website` text NOT NULL DEFAULT (''), `state` text NOT NULL DEFAULT ('active'), `made_by` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `organisations_spaces_space` FOREIGN KEY (`space_id`) REFERENCES `spaces` (`id`) ON DELETE RESTRICT, CONSTRAINT `organisation_kind` CHECK (kind IN ('association', 'production', 'provider', 'institution', 'school', 'cinema', 'festival', 'collective')), CONSTRAINT `organisation_siret` CHECK (siret = '' OR siren = substr(siret, 1, 9)), CONSTRAINT `organisation_state` CHECK (state IN ('active', 'closed')));
-- Create index "organisation_siren" to table: "organisations"
CREATE INDEX `organisation_siren` ON `organisations` (`siren`) WHERE siren <> '';
-- Create index "organisation_network_id_state_slug_id" to table: "organisations"
CREATE INDEX `organisation_network_id_state_slug_id` ON `organisations` (`network_id`, `state`, `slug`, `id`);
-- Create index "organisation_region_id_state_slug_id" to table: "organisations"
CREATE INDEX `organisation_region_id_state_slug_id` ON `organisations` (`region_id`, `state`, `slug`, `id`);
-- Create index "organisation_space_id_state_slug_id" to table: "organisations"
CREATE INDEX `organisation_space_id_state_slug_id` ON `organisations` (`space_id`, `state`, `slug`, `id`);
-- Create index "organisation_network_id_state_created_at_id" to table: "organisations"
CREATE INDEX `organisation_network_id_state_created_at_id` ON `organisations` (`network_id`, `state`, `created_at`, `id`);
-- Create index "organisation_region_id_state_created_at_id" to table: "organisations"
CREATE INDEX `organisation_region_id_state_created_at_id` ON `organisations` (`region_id`, `state`, `created_at`, `id`);
-- Create index "organisation_space_id_state_created_at_id" to table: "organisations"
CREATE INDEX `organisation_space_id_state_created_at_id` ON `organisations` (`space_id`, `state`, `created_at`, `id`);
-- Create index "organisation_network_id_state_kind_slug_id" to table: "organisations"
CREATE INDEX `organisation_network_id_state_kind_slug_id` ON `organisations` (`network_id`, `state`, `kind`, `slug`, `id`);
-- Create index "organisation_region_id_state_kind_slug_id" to table: "organisations"
CREATE INDEX `organisation_region_id_state_kind_slug_id` ON `organisations` (`region_id`, `state`, `kind`, `slug`, `id`);
-- Create index "organisation_space_id_state_kind_slug_id" to table: "organisations"
CREATE INDEX `organisation_space_id_state_kind_slug_id` ON `organisations` (`space_id`, `state`, `kind`, `slug`, `id`);
-- Create index "organisation_network_id_state_kind_created_at_id" to table: "organisations"
CREATE INDEX `organisation_network_id_state_kind_created_at_id` ON `organisations` (`network_id`, `state`, `kind`, `created_at`, `id`);
-- Create index "organisation_region_id_state_kind_created_at_id" to table: "organisations"
CREATE INDEX `organisation_region_id_state_kind_created_at_id` ON `organisations` (`region_id`, `state`, `kind`, `created_at`, `id`);
-- Create index "organisation_space_id_state_kind_created_at_id" to table: "organisations"
CREATE INDEX `organisation_space_id_state_kind_created_at_id` ON `organisations` (`space_id`, `state`, `kind`, `created_at`, `id`);
-- Create "person_crafts" table
CREATE TABLE `person_crafts` (`id` text NOT NULL, `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `craft` text NOT NULL, `position` integer NOT NULL DEFAULT (0), `sort_name` text NOT NULL, `joined_at` datetime NOT NULL, `found_commune` text NOT NULL DEFAULT (''), `found_tile` integer NULL, `person_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `person_crafts_people_crafts` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE CASCADE);
-- Create index "personcraft_person_id_craft" to table: "person_crafts"
CREATE UNIQUE INDEX `personcraft_person_id_craft` ON `person_crafts` (`person_id`, `craft`);
-- Create index "personcraft_craft_found_commune_sort_name_id" to table: "person_crafts"
CREATE INDEX `personcraft_craft_found_commune_sort_name_id` ON `person_crafts` (`craft`, `found_commune`, `sort_name`, `id`);
-- Create index "personcraft_craft_found_commune_joined_at_id" to table: "person_crafts"
CREATE INDEX `personcraft_craft_found_commune_joined_at_id` ON `person_crafts` (`craft`, `found_commune`, `joined_at`, `id`);
-- Create index "personcraft_craft_found_tile_sort_name_id" to table: "person_crafts"
CREATE INDEX `personcraft_craft_found_tile_sort_name_id` ON `person_crafts` (`craft`, `found_tile`, `sort_name`, `id`);
-- Create index "personcraft_craft_network_id_sort_name_id" to table: "person_crafts"
CREATE INDEX `personcraft_craft_network_id_sort_name_id` ON `person_crafts` (`craft`, `network_id`, `sort_name`, `id`);
-- Create index "personcraft_craft_network_id_joined_at_id" to table: "person_crafts"
CREATE INDEX `personcraft_craft_network_id_joined_at_id` ON `person_crafts` (`craft`, `network_id`, `joined_at`, `id`);
-- Create index "personcraft_craft_region_id_sort_name_id" to table: "person_crafts"
CREATE INDEX `personcraft_craft_region_id_sort_name_id` ON `person_crafts` (`craft`, `region_id`, `sort_name`, `id`);
-- Create index "personcraft_craft_region_id_joined_at_id" to table: "person_crafts"
CREATE INDEX `personcraft_craft_region_id_joined_at_id` ON `person_crafts` (`craft`, `region_id`, `joined_at`, `id`);
-- Create index "personcraft_craft_space_id_sort_name_id" to table: "person_crafts"
CREATE INDEX `personcraft_craft_space_id_sort_name_id` ON `person_crafts` (`craft`, `space_id`, `sort_name`, `id`);
-- Create index "personcraft_craft_space_id_joined_at_id" to table: "person_crafts"
CREATE INDEX `personcraft_craft_space_id_joined_at_id` ON `person_crafts` (`craft`, `space_id`, `joined_at`, `id`);
-- Create "proofs" table
CREATE TABLE `proofs` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `kind` text NOT NULL, `email` text NOT NULL, `secret_hash` text NOT NULL DEFAULT (''), `expires_at` datetime NOT NULL, `used_at` datetime NULL, `account_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `proofs_accounts_proofs` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE CASCADE, CONSTRAINT `proof_kind` CHECK (kind IN ('reset', 'email')));
-- Create index "proof_secret_hash" to table: "proofs"
CREATE UNIQUE INDEX `proof_secret_hash` ON `proofs` (`secret_hash`) WHERE secret_hash <> '';
-- Create index "proof_account_id_kind_created_at" to table: "proofs"
CREATE INDEX `proof_account_id_kind_created_at` ON `proofs` (`account_id`, `kind`, `created_at`);
-- Create index "proof_expires_at" to table: "proofs"
CREATE INDEX `proof_expires_at` ON `proofs` (`expires_at`);
-- Create "registrations" table
CREATE TABLE `registrations` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `email` text NOT NULL, `password_hash` text NOT NULL, `handle` text NOT NULL, `name` text NOT NULL, `commune` text NOT NULL DEFAULT (''), `makes_films` bool NOT NULL DEFAULT (false), `locale` text NOT NULL DEFAULT ('fr-FR'), `secret_hash` text NOT NULL DEFAULT (''), `expires_at` datetime NOT NULL, `space_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `registrations_spaces_space` FOREIGN KEY (`space_id`) REFERENCES `spaces` (`id`) ON DELETE CASCADE);
-- Create index "registration_secret_hash" to table: "registrations"
CREATE UNIQUE INDEX `registration_secret_hash` ON `registrations` (`secret_hash`) WHERE secret_hash <> '';
-- Create index "registration_email_created_at" to table: "registrations"
CREATE INDEX `registration_email_created_at` ON `registrations` (`email`, `created_at`);
-- Create index "registration_expires_at" to table: "registrations"
CREATE INDEX `registration_expires_at` ON `registrations` (`expires_at`);
-- Create "sent_mails" table
CREATE TABLE `sent_mails` (`id` text NOT NULL, `email` text NOT NULL, `letter` text NOT NULL, `at` datetime NOT NULL, PRIMARY KEY (`id`));
-- Create index "sentmail_email_letter_at" to table: "sent_mails"
CREATE INDEX `sentmail_email_letter_at` ON `sent_mails` (`email`, `letter`, `at`);
-- Create index "sentmail_at" to table: "sent_mails"
CREATE INDEX `sentmail_at` ON `sent_mails` (`at`);
-- Create "space_slugs" table
CREATE TABLE `space_slugs` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `slug` text NOT NULL, `space_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `space_slugs_spaces_slugs` FOREIGN KEY (`space_id`) REFERENCES `spaces` (`id`) ON DELETE CASCADE);
-- Create index "spaceslug_slug" to table: "space_slugs"
CREATE UNIQUE INDEX `spaceslug_slug` ON `space_slugs` (`slug`);
-- Create "transfers" table
CREATE TABLE `transfers` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `stays` text NOT NULL DEFAULT ('editor'), `note` text NOT NULL DEFAULT (''), `state` text NOT NULL DEFAULT ('offered'), `expires_at` datetime NOT NULL, `answered_at` datetime NULL, `film_id` text NOT NULL, `from_id` text NOT NULL, `to_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `transfers_films_transfers` FOREIGN KEY (`film_id`) REFERENCES `films` (`id`) ON DELETE CASCADE, CONSTRAINT `transfers_people_from` FOREIGN KEY (`from_id`) REFERENCES `people` (`id`) ON DELETE CASCADE, CONSTRAINT `transfers_people_to` FOREIGN KEY (`to_id`) REFERENCES `people` (`id`) ON DELETE CASCADE, CONSTRAINT `transfer_self` CHECK (from_id <> to_id), CONSTRAINT `transfer_state` CHECK (state IN ('offered', 'accepted', 'declined', 'cancelled')), CONSTRAINT `transfer_stays` CHECK (stays IN ('owner', 'editor', 'crew', 'none')));
-- Create index "transfer_offered" to table: "transfers"
CREATE UNIQUE INDEX `transfer_offered` ON `transfers` (`film_id`) WHERE state = 'offered';
-- Create index "transfer_film_id_created_at_id" to table: "transfers"
CREATE INDEX `transfer_film_id_created_at_id` ON `transfers` (`film_id`, `created_at`, `id`);
-- Create index "transfer_to_id_created_at_id" to table: "transfers"
CREATE INDEX `transfer_to_id_created_at_id` ON `transfers` (`to_id`, `created_at`, `id`);
-- The handles that were given before; of two that look alike, one keeps the key
INSERT INTO `handles` (`id`, `created_at`, `updated_at`, `key`, `handle`, `person_id`) SELECT `id`, `created_at`, `updated_at`, replace(replace(replace(replace(replace(replace(replace(`handle`, '.', ''), '_', ''), '-', ''), '0', 'o'), '1', 'l'), 'm', 'rn'), 'w', 'vv'), `handle`, `id` FROM `people` WHERE `handle` <> '' ON CONFLICT DO NOTHING;
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
