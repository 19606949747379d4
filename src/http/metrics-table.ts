// Every metric of /metrics, in its order. Must never have a name twice.

import { brokerRows, consumersRows, messagesRows, transactionsRows } from './metrics-messages.ts'
import { netRows, othersRows, processRows } from './metrics-network.ts'
import type { MetricRow } from './metrics-row.ts'
import { logRows, storageRows } from './metrics-storage.ts'

export const metricRows: readonly MetricRow[] = [
  ...brokerRows,
  ...messagesRows,
  ...transactionsRows,
  ...consumersRows,
  ...logRows,
  ...storageRows,
  ...netRows,
  ...othersRows,
  ...processRows,
]

/** The one metric that is no single number. */
export const flushHistogram = {
  name: 'kiteq_log_flush_duration_seconds',
  help: 'From the write of a batch until it was durable.',
} as const
