-- Create "accounts" table
CREATE TABLE `accounts` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `email` text NOT NULL, `password_hash` text NOT NULL, `locale` text NOT NULL DEFAULT ('fr-FR'), `state` text NOT NULL DEFAULT ('active'), `person_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `accounts_people_account` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT, CONSTRAINT `account_email` CHECK (email = lower(email)), CONSTRAINT `account_state` CHECK (state IN ('active', 'suspended')));
-- Create index "accounts_person_id_key" to table: "accounts"
CREATE UNIQUE INDEX `accounts_person_id_key` ON `accounts` (`person_id`);
-- Create index "account_email" to table: "accounts"
CREATE UNIQUE INDEX `account_email` ON `accounts` (`email`);
-- Create index "account_created_at_id" to table: "accounts"
CREATE INDEX `account_created_at_id` ON `accounts` (`created_at`, `id`);
-- Create "audit_entries" table
CREATE TABLE `audit_entries` (`id` text NOT NULL, `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL, `at` datetime NOT NULL, `actor` text NOT NULL DEFAULT (''), `action` text NOT NULL, `object` text NOT NULL DEFAULT (''), `reason` text NOT NULL DEFAULT (''), `data` json NULL, `request_id` text NOT NULL DEFAULT (''), PRIMARY KEY (`id`));
-- Create index "auditentry_network_id_at_id" to table: "audit_entries"
CREATE INDEX `auditentry_network_id_at_id` ON `audit_entries` (`network_id`, `at`, `id`);
-- Create index "auditentry_region_id_at_id" to table: "audit_entries"
CREATE INDEX `auditentry_region_id_at_id` ON `audit_entries` (`region_id`, `at`, `id`);
-- Create index "auditentry_space_id_at_id" to table: "audit_entries"
CREATE INDEX `auditentry_space_id_at_id` ON `audit_entries` (`space_id`, `at`, `id`);
-- Create "dead_letters" table
CREATE TABLE `dead_letters` (`id` text NOT NULL, `consumer` text NOT NULL, `position` integer NOT NULL, `event_id` text NOT NULL, `subject` text NOT NULL, `attempts` integer NOT NULL DEFAULT (0), `last_error` text NOT NULL DEFAULT (''), `at` datetime NOT NULL, `next_at` datetime NULL, PRIMARY KEY (`id`));
-- Create index "deadletter_consumer_position" to table: "dead_letters"
CREATE UNIQUE INDEX `deadletter_consumer_position` ON `dead_letters` (`consumer`, `position`);
-- Create index "deadletter_consumer_next_at" to table: "dead_letters"
CREATE INDEX `deadletter_consumer_next_at` ON `dead_letters` (`consumer`, `next_at`);
-- Create index "deadletter_at_id" to table: "dead_letters"
CREATE INDEX `deadletter_at_id` ON `dead_letters` (`at`, `id`);
-- Create "films" table
CREATE TABLE `films` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `title` text NOT NULL, `slug` text NOT NULL, `synopsis` text NOT NULL DEFAULT (''), `year` integer NULL, `duration_s` integer NULL, `form` text NOT NULL DEFAULT ('fiction'), `stage` text NOT NULL DEFAULT ('idea'), `released_at` datetime NULL, `space_id` text NOT NULL, `maker_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `films_spaces_space` FOREIGN KEY (`space_id`) REFERENCES `spaces` (`id`) ON DELETE RESTRICT, CONSTRAINT `films_people_maker` FOREIGN KEY (`maker_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT, CONSTRAINT `film_duration` CHECK (duration_s BETWEEN 1 AND 360000), CONSTRAINT `film_form` CHECK (form IN ('fiction', 'documentary', 'animation', 'experimental', 'music_video')), CONSTRAINT `film_released` CHECK (stage NOT IN ('released', 'withdrawn') OR released_at IS NOT NULL), CONSTRAINT `film_stage` CHECK (stage IN ('idea', 'development', 'preparation', 'shooting', 'post', 'finished', 'released', 'withdrawn')), CONSTRAINT `film_year` CHECK (year BETWEEN 1888 AND 2200));
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
-- Create index "film_maker_id" to table: "films"
CREATE INDEX `film_maker_id` ON `films` (`maker_id`);
-- Create "film_members" table
CREATE TABLE `film_members` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `role` text NOT NULL, `film_id` text NOT NULL, `person_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `film_members_films_members` FOREIGN KEY (`film_id`) REFERENCES `films` (`id`) ON DELETE CASCADE, CONSTRAINT `film_members_people_memberships` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT, CONSTRAINT `film_member_role` CHECK (role IN ('owner', 'editor', 'crew')));
-- Create index "filmmember_film_id_person_id" to table: "film_members"
CREATE UNIQUE INDEX `filmmember_film_id_person_id` ON `film_members` (`film_id`, `person_id`);
-- Create index "filmmember_person_id_film_id" to table: "film_members"
CREATE INDEX `filmmember_person_id_film_id` ON `film_members` (`person_id`, `film_id`);
-- Create "grants" table
CREATE TABLE `grants` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `role` text NOT NULL, `path` text NOT NULL, `until` datetime NULL, `granted_by` text NOT NULL DEFAULT (''), `revoked_at` datetime NULL, `account_id` text NOT NULL, `space_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `grants_accounts_grants` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE CASCADE, CONSTRAINT `grants_spaces_space` FOREIGN KEY (`space_id`) REFERENCES `spaces` (`id`) ON DELETE RESTRICT, CONSTRAINT `grant_path` CHECK (path LIKE '/%/'));
-- Create index "grant_held" to table: "grants"
CREATE UNIQUE INDEX `grant_held` ON `grants` (`account_id`, `role`, `space_id`) WHERE revoked_at IS NULL;
-- Create index "grant_space_id_created_at_id" to table: "grants"
CREATE INDEX `grant_space_id_created_at_id` ON `grants` (`space_id`, `created_at`, `id`);
-- Create "idempotency_records" table
CREATE TABLE `idempotency_records` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `operation` text NOT NULL, `principal` text NOT NULL, `key_hash` text NOT NULL, `request_hash` text NOT NULL, `status` integer NOT NULL, `header` text NOT NULL DEFAULT (''), `body` blob NULL, `created_at` datetime NOT NULL);
-- Create index "idempotencyrecord_operation_principal_key_hash" to table: "idempotency_records"
CREATE UNIQUE INDEX `idempotencyrecord_operation_principal_key_hash` ON `idempotency_records` (`operation`, `principal`, `key_hash`);
-- Create index "idempotencyrecord_created_at" to table: "idempotency_records"
CREATE INDEX `idempotencyrecord_created_at` ON `idempotency_records` (`created_at`);
-- Create "outbox" table
CREATE TABLE `outbox` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `event_id` text NOT NULL, `source` text NOT NULL, `type` text NOT NULL, `subject` text NOT NULL, `network_id` text NOT NULL DEFAULT (''), `region_id` text NOT NULL DEFAULT (''), `space_id` text NOT NULL DEFAULT (''), `actor` text NOT NULL DEFAULT (''), `data` text NOT NULL DEFAULT (''), `at` datetime NOT NULL, `position` integer NULL);
-- Create index "outbox_source_event_id" to table: "outbox"
CREATE UNIQUE INDEX `outbox_source_event_id` ON `outbox` (`source`, `event_id`);
-- Create index "outbox_position" to table: "outbox"
CREATE UNIQUE INDEX `outbox_position` ON `outbox` (`position`);
-- Create "outbox_cursors" table
CREATE TABLE `outbox_cursors` (`consumer` text NOT NULL, `position` integer NOT NULL DEFAULT (0), PRIMARY KEY (`consumer`));
-- Create "people" table
CREATE TABLE `people` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `handle` text NOT NULL, `name` text NOT NULL, `sort_name` text NOT NULL, `suspended` bool NOT NULL DEFAULT (false), `space_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `people_spaces_space` FOREIGN KEY (`space_id`) REFERENCES `spaces` (`id`) ON DELETE RESTRICT, CONSTRAINT `person_handle` CHECK (handle = lower(handle)));
-- Create index "person_network_id_created_at_id" to table: "people"
CREATE INDEX `person_network_id_created_at_id` ON `people` (`network_id`, `created_at`, `id`);
-- Create index "person_region_id_created_at_id" to table: "people"
CREATE INDEX `person_region_id_created_at_id` ON `people` (`region_id`, `created_at`, `id`);
-- Create index "person_space_id_created_at_id" to table: "people"
CREATE INDEX `person_space_id_created_at_id` ON `people` (`space_id`, `created_at`, `id`);
-- Create index "person_network_id_sort_name_id" to table: "people"
CREATE INDEX `person_network_id_sort_name_id` ON `people` (`network_id`, `sort_name`, `id`);
-- Create index "person_region_id_sort_name_id" to table: "people"
CREATE INDEX `person_region_id_sort_name_id` ON `people` (`region_id`, `sort_name`, `id`);
-- Create index "person_space_id_sort_name_id" to table: "people"
CREATE INDEX `person_space_id_sort_name_id` ON `people` (`space_id`, `sort_name`, `id`);
-- Create index "person_handle" to table: "people"
CREATE UNIQUE INDEX `person_handle` ON `people` (`handle`);
-- Create index "person_suspended" to table: "people"
CREATE INDEX `person_suspended` ON `people` (`id`) WHERE suspended;
-- Create "recognitions" table
CREATE TABLE `recognitions` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `by` text NOT NULL, `title` text NOT NULL, `note` text NOT NULL DEFAULT (''), `url` text NOT NULL DEFAULT (''), `from` datetime NOT NULL, `until` datetime NULL, `ended_at` datetime NULL, `reason` text NOT NULL DEFAULT (''), `source` text NOT NULL, `source_id` text NOT NULL, `film_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `recognitions_films_recognitions` FOREIGN KEY (`film_id`) REFERENCES `films` (`id`) ON DELETE CASCADE, CONSTRAINT `recognition_ended` CHECK (ended_at IS NOT NULL OR reason = ''));
-- Create index "recognition_source_source_id" to table: "recognitions"
CREATE UNIQUE INDEX `recognition_source_source_id` ON `recognitions` (`source`, `source_id`);
-- Create index "recognition_film_id_from_id" to table: "recognitions"
CREATE INDEX `recognition_film_id_from_id` ON `recognitions` (`film_id`, `from`, `id`);
-- Create "sessions" table
CREATE TABLE `sessions` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `token_hash` text NOT NULL, `last_seen_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `user_agent` text NOT NULL DEFAULT (''), `account_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `sessions_accounts_sessions` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE CASCADE);
-- Create index "session_token_hash" to table: "sessions"
CREATE UNIQUE INDEX `session_token_hash` ON `sessions` (`token_hash`);
-- Create index "session_account_id_created_at_id" to table: "sessions"
CREATE INDEX `session_account_id_created_at_id` ON `sessions` (`account_id`, `created_at`, `id`);
-- Create index "session_expires_at" to table: "sessions"
CREATE INDEX `session_expires_at` ON `sessions` (`expires_at`);
-- Create "spaces" table
CREATE TABLE `spaces` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `kind` text NOT NULL, `network_id` text NOT NULL, `region_id` text NOT NULL DEFAULT (''), `path` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `code` text NULL, `locale` text NOT NULL DEFAULT ('fr-FR'), `time_zone` text NOT NULL DEFAULT ('Europe/Paris'), `parent_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `spaces_spaces_children` FOREIGN KEY (`parent_id`) REFERENCES `spaces` (`id`) ON DELETE RESTRICT, CONSTRAINT `space_kind` CHECK (kind IN ('network', 'region', 'institution')), CONSTRAINT `space_parent` CHECK ((kind = 'network') = (parent_id IS NULL)), CONSTRAINT `space_path` CHECK (path LIKE '/%/'), CONSTRAINT `space_place` CHECK ((kind = 'network' AND network_id = id AND region_id = '') OR (kind = 'region' AND network_id <> id AND region_id = id) OR (kind = 'institution' AND network_id <> id AND region_id <> id)), CONSTRAINT `space_slug` CHECK (slug = lower(slug)));
-- Create index "space_slug" to table: "spaces"
CREATE UNIQUE INDEX `space_slug` ON `spaces` (`slug`);
-- Create index "space_path" to table: "spaces"
CREATE UNIQUE INDEX `space_path` ON `spaces` (`path`);
-- Create index "space_kind_code" to table: "spaces"
CREATE UNIQUE INDEX `space_kind_code` ON `spaces` (`kind`, `code`);
-- Create index "space_slug_id" to table: "spaces"
CREATE INDEX `space_slug_id` ON `spaces` (`slug`, `id`);
-- Create index "space_parent_id_slug_id" to table: "spaces"
CREATE INDEX `space_parent_id_slug_id` ON `spaces` (`parent_id`, `slug`, `id`);
-- Create "space_modules" table
CREATE TABLE `space_modules` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `module` text NOT NULL, `state` text NOT NULL, `settings` json NULL, `space_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `space_modules_spaces_space` FOREIGN KEY (`space_id`) REFERENCES `spaces` (`id`) ON DELETE CASCADE, CONSTRAINT `space_module_state` CHECK (state IN ('off', 'on', 'read_only', 'closing')));
-- Create index "spacemodule_space_id_module" to table: "space_modules"
CREATE UNIQUE INDEX `spacemodule_space_id_module` ON `space_modules` (`space_id`, `module`);
-- Create index "spacemodule_module_state" to table: "space_modules"
CREATE INDEX `spacemodule_module_state` ON `space_modules` (`module`, `state`);
-- Create "tokens" table
CREATE TABLE `tokens` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `name` text NOT NULL, `prefix` text NOT NULL, `hash` text NOT NULL, `scopes` json NULL, `expires_at` datetime NULL, `last_used_at` datetime NULL, `revoked_at` datetime NULL, `account_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `tokens_accounts_tokens` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE CASCADE);
-- Create index "token_hash" to table: "tokens"
CREATE UNIQUE INDEX `token_hash` ON `tokens` (`hash`);
-- Create index "token_account_id_created_at_id" to table: "tokens"
CREATE INDEX `token_account_id_created_at_id` ON `tokens` (`account_id`, `created_at`, `id`);
