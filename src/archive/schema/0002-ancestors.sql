-- A log that was restored from a backup has the beginning of another one: its records stand under that one's number.

ALTER TABLE `logs`
  ADD COLUMN `ancestor` SMALLINT UNSIGNED NULL COMMENT 'number of the log this one was restored from',
  ADD COLUMN `begins` BIGINT NOT NULL DEFAULT 0 COMMENT 'records below stand under the number of the ancestor',
  ADD COLUMN `parted` BIGINT NOT NULL DEFAULT 0 COMMENT 'the first record that the ancestor has otherwise, or not';
