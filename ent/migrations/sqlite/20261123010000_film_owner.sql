-- Who made the entry becomes who answers for the film: a film changes owners.
ALTER TABLE `films` RENAME COLUMN `maker_id` TO `owner_id`;
DROP INDEX `film_maker_id`;
CREATE INDEX `film_owner_id` ON `films` (`owner_id`);
