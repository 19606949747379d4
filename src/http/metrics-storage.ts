// Metrics of the log, the disk below it and the start: docs/metrics.md has the same list, held against this one.

import { counter, counterBy, gauge, type MetricRow } from './metrics-row.ts'

export const logRows: readonly MetricRow[] = [
  counter('kiteq_log_records_written_total', 'Records appended to the log.', (f) => f.log.records),
  counter(
    'kiteq_log_batches_written_total',
    'Batches written, each with one sync where every ack waits for one.',
    (f) => f.log.batches,
  ),
  counter('kiteq_log_written_bytes_total', 'Bytes of written batches.', (f) => f.log.bytes),
  counter(
    'kiteq_log_segments_started_total',
    'Segments begun because the one before was full.',
    (f) => f.log.rolls,
  ),
  counterBy(
    'from',
    'kiteq_log_message_reads_total',
    'Messages read back for a delivery, by where they were found.',
    (f) => f.log.reads,
  ),
  gauge('kiteq_log_segments', 'Segments in the data folder.', (f) => f.log.segments),
  gauge('kiteq_log_end_offset', 'Offset that the next record gets.', (f) => f.log.endOffset),
  gauge(
    'kiteq_log_durable_offset',
    'Every record below is safe on the disk.',
    (f) => f.log.durableOffset,
  ),
  gauge(
    'kiteq_log_unflushed_bytes',
    'Bytes appended and not safe yet.',
    (f) => f.log.unflushedBytes,
  ),
  gauge(
    'kiteq_log_unflushed_age_seconds',
    'Age of the oldest record that is not safe yet; 0 when all are.',
    (f) => f.log.unflushedAge,
  ),
  gauge(
    'kiteq_log_damaged_places',
    'Damaged places on record, accepted ones included.',
    (f) => f.log.holes,
  ),
  gauge(
    'kiteq_log_lost_records',
    'Records that stood in damaged places.',
    (f) => f.log.lostRecords,
  ),
  gauge(
    'kiteq_retention_held_segments',
    'Old segments past their limits that cannot go yet.',
    (f) => f.log.heldSegments,
  ),
  gauge(
    'kiteq_retention_held_bytes',
    'Bytes of old segments past their limits that cannot go yet.',
    (f) => f.log.heldBytes,
  ),
]

export const storageRows: readonly MetricRow[] = [
  gauge(
    'kiteq_disk_free_bytes',
    'Free on the file system of the data folder, for its user.',
    (f) => f.storage.disk?.free,
  ),
  gauge(
    'kiteq_disk_size_bytes',
    'Size of the file system of the data folder.',
    (f) => f.storage.disk?.size,
  ),
  gauge(
    'kiteq_disk_full',
    '1 while publishes are refused because no further segment can be had.',
    (f) => f.storage.isFull,
  ),
  gauge(
    'kiteq_disk_slow',
    '1 while publishes are refused because the disk is late.',
    (f) => f.storage.isSlow,
  ),
  counter(
    'kiteq_checkpoints_written_total',
    'Checkpoints written.',
    (f) => f.storage.checkpointsWritten,
  ),
  counter(
    'kiteq_checkpoints_failed_total',
    'Checkpoints that could not be made.',
    (f) => f.storage.checkpointsFailed,
  ),
  gauge(
    'kiteq_checkpoint_age_seconds',
    'Since the last checkpoint of this run, or since its start.',
    (f) => f.storage.checkpointAge,
  ),
  gauge(
    'kiteq_checkpoint_lag_records',
    'Records behind the newest checkpoint: what a start would read.',
    (f) => f.storage.checkpointLag,
  ),
  gauge(
    'kiteq_recovery_duration_seconds',
    'What reading the log took at the start.',
    (f) => f.storage.recoverySeconds,
  ),
  gauge('kiteq_recovery_records', 'Records read at the start.', (f) => f.storage.recoveryRecords),
  gauge('kiteq_recovery_bytes', 'Bytes read at the start.', (f) => f.storage.recoveryBytes),
  gauge(
    'kiteq_recovery_cut_bytes',
    'Bytes of the torn tail cut at the start.',
    (f) => f.storage.recoveryCutBytes,
  ),
]
