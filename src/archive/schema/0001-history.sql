-- The archive's tables as of version 1. Rows are only ever added; `log` is the log's number in `logs`, `record` the offset of
-- the record a row comes from. Every statement may be run twice: a server that died in the middle runs this file again.

CREATE TABLE IF NOT EXISTS `logs` (
  `number` SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT,
  `log_id` CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `next_offset` BIGINT NOT NULL COMMENT 'every record below is archived, or in gaps',
  `archived_time` DATETIME(3) NULL COMMENT 'of the last record that is archived',
  `pruned_below` BIGINT NOT NULL DEFAULT 0 COMMENT 'rows of records below may have been removed for their age',
  `holder` CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of the one archiver that may write',
  `holder_name` VARCHAR(300) NULL,
  `held_since` DATETIME(3) NULL,
  PRIMARY KEY (`number`),
  UNIQUE KEY `by_id` (`log_id`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `names` (
  `log` SMALLINT UNSIGNED NOT NULL,
  `dictionary` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `number` BIGINT NOT NULL,
  `name` VARBINARY(16000) NOT NULL,
  PRIMARY KEY (`log`, `dictionary`, `number`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `gaps` (
  `log` SMALLINT UNSIGNED NOT NULL,
  `first` BIGINT NOT NULL COMMENT 'the first record that is not in the archive',
  `behind` BIGINT NOT NULL COMMENT 'the next record that is',
  `why` VARCHAR(300) NOT NULL,
  `noted_at` DATETIME(3) NOT NULL,
  PRIMARY KEY (`log`, `first`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `messages` (
  `log` SMALLINT UNSIGNED NOT NULL,
  `record` BIGINT NOT NULL,
  `kind` VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `at` DATETIME(3) NOT NULL,
  `id` CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `topic` VARCHAR(1020) NOT NULL,
  `type` VARCHAR(4096) NOT NULL,
  `publisher` VARCHAR(1020) NOT NULL,
  `form` VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `expires_at` DATETIME(3) NOT NULL,
  `deliver_limit` BIGINT NOT NULL,
  `header_group` MEDIUMTEXT NULL,
  `create_time` DATETIME(3) NULL,
  `snappy` TINYINT NOT NULL,
  `properties` LONGTEXT NULL,
  `of` BIGINT NULL,
  `body_bytes` BIGINT NOT NULL,
  `body` LONGBLOB NOT NULL,
  `body_text` LONGTEXT NULL,
  `body_json` LONGTEXT NULL,
  PRIMARY KEY (`log`, `record`),
  KEY `by_id` (`id`),
  KEY `by_topic` (`topic`(191), `at`),
  KEY `by_time` (`at`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `routes` (
  `log` SMALLINT UNSIGNED NOT NULL,
  `record` BIGINT NOT NULL,
  `item` BIGINT NOT NULL,
  `message` BIGINT NOT NULL,
  `group` VARCHAR(1020) NOT NULL,
  `durable` TINYINT NOT NULL,
  PRIMARY KEY (`log`, `record`, `item`),
  KEY `by_message` (`log`, `message`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `deliveries` (
  `log` SMALLINT UNSIGNED NOT NULL,
  `record` BIGINT NOT NULL,
  `message` BIGINT NOT NULL,
  `group` VARCHAR(1020) NOT NULL,
  `attempt` BIGINT NOT NULL,
  `connection` BIGINT NOT NULL,
  `at` DATETIME(3) NOT NULL,
  PRIMARY KEY (`log`, `record`, `message`),
  KEY `by_message` (`log`, `message`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `outcomes` (
  `log` SMALLINT UNSIGNED NOT NULL,
  `record` BIGINT NOT NULL,
  `message` BIGINT NOT NULL,
  `group` VARCHAR(1020) NOT NULL,
  `outcome` VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `cause` VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `feedback` MEDIUMTEXT NULL,
  `at` DATETIME(3) NOT NULL,
  `retry_at` DATETIME(3) NULL,
  PRIMARY KEY (`log`, `record`, `message`),
  KEY `by_message` (`log`, `message`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `transactions` (
  `log` SMALLINT UNSIGNED NOT NULL,
  `record` BIGINT NOT NULL,
  `message` BIGINT NOT NULL,
  `step` VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `reason` VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `attempt` BIGINT NULL,
  `connection` BIGINT NULL,
  `feedback` MEDIUMTEXT NULL,
  `at` DATETIME(3) NOT NULL,
  PRIMARY KEY (`log`, `record`),
  KEY `by_message` (`log`, `message`),
  KEY `by_time` (`at`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `dead_letters` (
  `log` SMALLINT UNSIGNED NOT NULL,
  `record` BIGINT NOT NULL,
  `message` BIGINT NOT NULL,
  `group` VARCHAR(1020) NOT NULL,
  `step` VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `reason` VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `feedback` MEDIUMTEXT NULL,
  `who` MEDIUMTEXT NULL,
  `attempts` BIGINT NULL,
  `at` DATETIME(3) NOT NULL,
  `died_at` DATETIME(3) NULL,
  PRIMARY KEY (`log`, `record`),
  KEY `by_message` (`log`, `message`),
  KEY `by_group` (`group`(191), `at`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `bindings` (
  `log` SMALLINT UNSIGNED NOT NULL,
  `record` BIGINT NOT NULL,
  `at` DATETIME(3) NOT NULL,
  `source` VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `topic` VARCHAR(1020) NOT NULL,
  `group` VARCHAR(1020) NOT NULL,
  `position` BIGINT NOT NULL,
  `bind_type` VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `message_type` MEDIUMTEXT NULL,
  `watermark` BIGINT NULL,
  `persistent` TINYINT NULL,
  `parks` LONGTEXT NULL,
  `unparks` LONGTEXT NULL,
  PRIMARY KEY (`log`, `record`, `position`),
  KEY `by_topic` (`topic`(191), `group`(191))
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `events` (
  `log` SMALLINT UNSIGNED NOT NULL,
  `record` BIGINT NOT NULL,
  `at` DATETIME(3) NOT NULL,
  `kind` VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `group` VARCHAR(1020) NULL,
  `detail` LONGTEXT NOT NULL,
  PRIMARY KEY (`log`, `record`),
  KEY `by_time` (`at`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
