// Metrics of connections, of what stands beside the broker, and of its process: docs/metrics.md has the same list, held
// against this one.

import { counter, counterBy, gauge, type MetricRow } from './metrics-row.ts'

export const netRows: readonly MetricRow[] = [
  gauge('kiteq_connections', 'Connections now.', (f) => f.net.connections),
  gauge('kiteq_connections_limit', 'Connections that may be at once.', (f) => f.net.connectionsMax),
  gauge(
    'kiteq_connections_without_handshake',
    'Connections that have not shaken hands yet.',
    (f) => f.net.strangers,
  ),
  counter('kiteq_accepted_connections_total', 'Connections accepted.', (f) => f.net.accepted),
  counter(
    'kiteq_refused_connections_total',
    'Connections refused because there were too many.',
    (f) => f.net.refused,
  ),
  counterBy(
    'reason',
    'kiteq_closed_connections_total',
    'Connections ended by the broker, by reason.',
    (f) => f.net.closedBy,
  ),
  counter('kiteq_received_frames_total', 'Frames read from clients.', (f) => f.net.framesIn),
  counter('kiteq_sent_frames_total', 'Frames written to clients.', (f) => f.net.framesOut),
  counter('kiteq_received_bytes_total', 'Bytes read from clients.', (f) => f.net.bytesIn),
  counter('kiteq_sent_bytes_total', 'Bytes written to clients.', (f) => f.net.bytesOut),
  counterBy(
    'kind',
    'kiteq_bad_frames_total',
    'Frames that could not be read or were not allowed, by kind.',
    (f) => f.net.badBy,
  ),
  counter(
    'kiteq_undeliverable_messages_total',
    'Deliveries that a connection could not be given.',
    (f) => f.net.undeliverable,
  ),
  gauge(
    'kiteq_unfinished_frames_bytes',
    'Memory of frames whose end has not come.',
    (f) => f.net.unfinishedBytes,
  ),
  gauge(
    'kiteq_unfinished_frames_limit_bytes',
    'Memory that unfinished frames may take.',
    (f) => f.net.unfinishedBytesMax,
  ),
  gauge('kiteq_unsent_bytes', 'Memory of output that has not left.', (f) => f.net.unsentBytes),
  gauge(
    'kiteq_unsent_limit_bytes',
    'Memory that unsent output may take.',
    (f) => f.net.unsentBytesMax,
  ),
  counterBy(
    'memory',
    'kiteq_evicted_connections_total',
    'Connections ended because all together took too much memory.',
    (f) => f.net.evictedBy,
  ),
  counter(
    'kiteq_output_memory_waits_total',
    'Times a delivery waited because others held the memory for output.',
    (f) => f.net.memoryWaits,
  ),
  counter(
    'kiteq_read_pauses_total',
    'Times a connection was not read because its answers had not left.',
    (f) => f.net.readPauses,
  ),
]

export const othersRows: readonly MetricRow[] = [
  gauge(
    'kiteq_peer_brokers',
    'Other brokers of its topics that the registry names.',
    (f) => f.peers?.brokers,
  ),
  gauge('kiteq_peer_links', 'Connections to other brokers.', (f) => f.peers?.links),
  gauge(
    'kiteq_peer_decisions_waiting',
    'Decisions that another broker has not confirmed yet.',
    (f) => f.peers?.waiting,
  ),
  counter(
    'kiteq_peer_decisions_passed_on_total',
    'Decisions meant for another broker, once for each.',
    (f) => f.peers?.passedOn,
  ),
  counter(
    'kiteq_peer_decisions_confirmed_total',
    'Decisions that another broker has read.',
    (f) => f.peers?.confirmed,
  ),
  counter(
    'kiteq_peer_decisions_dropped_total',
    'Decisions given up: nobody there in time, or too many at once.',
    (f) => f.peers?.dropped,
  ),
  gauge(
    'kiteq_zookeeper_connected',
    '1 while the session with ZooKeeper is alive and a server answers.',
    (f) => f.zooKeeper,
  ),
  gauge(
    'kiteq_archive_connected',
    '1 while the database of the archive answers.',
    (f) => f.archive?.connected,
  ),
  gauge(
    'kiteq_archive_required',
    '1 where the log is kept until it is archived.',
    (f) => f.archive?.required,
  ),
  gauge(
    'kiteq_archive_lag_records',
    'Durable records that are not archived yet.',
    (f) => f.archive?.lagRecords,
  ),
  gauge(
    'kiteq_archive_lag_bytes',
    'Bytes of durable records that are not archived yet.',
    (f) => f.archive?.lagBytes,
  ),
  gauge(
    'kiteq_archive_lag_seconds',
    'Age of the oldest record that is not archived yet; 0 when all are.',
    (f) => f.archive?.lagSeconds,
  ),
  gauge(
    'kiteq_archive_offset',
    'Every record below is archived, or is in a gap.',
    (f) => f.archive?.archivedOffset,
  ),
  gauge(
    'kiteq_archive_gaps',
    'Stretches of records that the archive will never have.',
    (f) => f.archive?.gaps,
  ),
  gauge(
    'kiteq_archive_gap_records',
    'Records that the archive will never have.',
    (f) => f.archive?.gapRecords,
  ),
  gauge(
    'kiteq_archive_dropped_records',
    'Records that were dropped before they were archived, and are not on record as a gap yet; until MySQL was reached since the start, all that were dropped since then, which may be archived.',
    (f) => f.archive?.droppedRecords,
  ),
]

export const processRows: readonly MetricRow[] = [
  counter(
    'process_cpu_seconds_total',
    'Processor time of all threads, user and system.',
    (f) => f.process.cpuSeconds,
  ),
  gauge('process_resident_memory_bytes', 'Resident memory.', (f) => f.process.residentBytes),
  gauge(
    'process_start_time_seconds',
    'Start of the process, seconds since 1970.',
    (f) => f.process.startedAt,
  ),
  gauge('nodejs_heap_size_used_bytes', 'Heap in use.', (f) => f.process.heapBytes),
  gauge(
    'nodejs_external_memory_bytes',
    'Memory outside the heap: buffers and arrays of numbers.',
    (f) => f.process.externalBytes,
  ),
  counter(
    'nodejs_eventloop_active_seconds_total',
    'Time in which the event loop worked.',
    (f) => f.process.loopActiveSeconds,
  ),
  counter(
    'nodejs_eventloop_idle_seconds_total',
    'Time in which the event loop waited.',
    (f) => f.process.loopIdleSeconds,
  ),
  gauge(
    'nodejs_eventloop_lag_p50_seconds',
    'Median delay of a timer since the scrape before, or some more.',
    (f) => f.process.loopDelay?.p50,
  ),
  gauge(
    'nodejs_eventloop_lag_p99_seconds',
    '99th percentile of the same delay.',
    (f) => f.process.loopDelay?.p99,
  ),
  gauge(
    'nodejs_eventloop_lag_max_seconds',
    'Longest of the same delays.',
    (f) => f.process.loopDelay?.max,
  ),
  gauge('kiteq_scrape_duration_seconds', 'What taking these figures took.', (f) => f.scrapeSeconds),
]
