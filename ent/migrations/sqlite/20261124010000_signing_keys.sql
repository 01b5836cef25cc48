-- Create "signing_keys" table
CREATE TABLE `signing_keys` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `public_key` blob NOT NULL, `sealed_key` blob NULL, `state` text NOT NULL DEFAULT ('current'), `retired_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `signing_key_retired` CHECK ((state = 'retired') = (retired_at IS NOT NULL)), CONSTRAINT `signing_key_sealed` CHECK ((state = 'current') = (sealed_key IS NOT NULL)), CONSTRAINT `signing_key_state` CHECK (state IN ('current', 'retired')));
-- Create index "signing_key_current" to table: "signing_keys"
CREATE UNIQUE INDEX `signing_key_current` ON `signing_keys` (`state`) WHERE state = 'current';
-- Create index "signingkey_created_at_id" to table: "signing_keys"
CREATE INDEX `signingkey_created_at_id` ON `signing_keys` (`created_at`, `id`);
