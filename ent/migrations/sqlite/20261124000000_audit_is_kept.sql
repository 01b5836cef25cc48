-- Nothing changes or removes an entry of the audit.
CREATE TRIGGER `audit_is_not_changed` BEFORE UPDATE ON `audit_entries` BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER `audit_is_not_removed` BEFORE DELETE ON `audit_entries` BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
-- REPLACE removes without a word to the trigger before.
CREATE TRIGGER `audit_is_not_replaced` BEFORE INSERT ON `audit_entries` WHEN EXISTS (SELECT 1 FROM `audit_entries` WHERE `id` = NEW.`id`) BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
