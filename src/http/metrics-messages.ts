// Metrics of messages, transactions and consumers: docs/metrics.md has the same list, held against this one.

import {
  counter,
  counterBy,
  gauge,
  gaugeBy,
  ofGroups,
  ofTopics,
  type MetricRow,
} from './metrics-row.ts'

export const brokerRows: readonly MetricRow[] = [
  gauge(
    'kiteq_accepts_publishes',
    '1 while a publish that comes now would be taken, as /readyz says.',
    (f) => f.accepts,
  ),
  gauge(
    'kiteq_healthy',
    '0 when the log has failed or holds damage that nobody has accepted, as /healthz says.',
    (f) => f.healthy,
  ),
]

export const messagesRows: readonly MetricRow[] = [
  counter(
    'kiteq_published_messages_total',
    'Messages stored, prepared ones included.',
    (f) => f.messages.published,
  ),
  counter(
    'kiteq_refused_publishes_total',
    'Publishes answered with a reason instead of being taken.',
    (f) => f.messages.refused,
  ),
  counter(
    'kiteq_delivered_messages_total',
    'Deliveries made: every attempt, to every group.',
    (f) => f.messages.delivered,
  ),
  counter(
    'kiteq_redelivered_messages_total',
    'Deliveries that were not the first attempt.',
    (f) => f.messages.retried,
  ),
  counter(
    'kiteq_acked_messages_total',
    'Deliveries that a group has acked.',
    (f) => f.messages.acked,
  ),
  counterBy(
    'cause',
    'kiteq_failed_deliveries_total',
    'Attempts that ended without an ack, by cause.',
    (f) => f.messages.failedBy,
  ),
  counter(
    'kiteq_skipped_messages_total',
    'Messages taken from a group unread: a reset, or a group that keeps nothing while nobody is there.',
    (f) => f.messages.skipped,
  ),
  counterBy(
    'reason',
    'kiteq_dead_lettered_messages_total',
    'Messages that became dead letters of a group, by reason.',
    (f) => f.messages.diedBy,
  ),
  counter(
    'kiteq_redriven_dead_letters_total',
    'Dead letters given to their group again.',
    (f) => f.messages.redriven,
  ),
  counter(
    'kiteq_purged_dead_letters_total',
    'Dead letters removed, by an operator or past their limits.',
    (f) => f.messages.purged,
  ),
  counter(
    'kiteq_dropped_fly_messages_total',
    'Fly messages dropped because nobody took them in time.',
    (f) => f.messages.droppedFly,
  ),
  counter(
    'kiteq_ignored_acks_total',
    'Acks that fit no delivery and changed nothing.',
    (f) => f.messages.ignoredAcks,
  ),
  gauge(
    'kiteq_waiting_messages',
    'Messages that some group still waits for.',
    (f) => f.messages.waiting,
  ),
  gauge(
    'kiteq_in_flight_deliveries',
    'Deliveries and inquiries out now, not answered yet.',
    (f) => f.messages.inFlight,
  ),
  gauge('kiteq_dead_letters', 'Dead letters of all groups.', (f) => f.messages.dead),
  gauge(
    'kiteq_held_effects',
    'Acks and deliveries that wait in memory for the disk.',
    (f) => f.messages.held,
  ),
  ofTopics(
    'counter',
    'kiteq_topic_published_messages_total',
    'Messages stored, prepared ones included, by topic.',
    (t) => t.published,
  ),
  ofTopics(
    'counter',
    'kiteq_topic_delivered_messages_total',
    'Deliveries made, by topic.',
    (t) => t.delivered,
  ),
  ofTopics(
    'gauge',
    'kiteq_topic_waiting_messages',
    'Messages that some group still waits for, by topic.',
    (t) => t.waiting,
  ),
  ofGroups(
    'counter',
    'kiteq_group_delivered_messages_total',
    'Deliveries made, by group.',
    (g) => g.delivered,
  ),
  ofGroups(
    'counter',
    'kiteq_group_acked_messages_total',
    'Deliveries acked, by group.',
    (g) => g.acked,
  ),
  ofGroups(
    'counter',
    'kiteq_group_failed_deliveries_total',
    'Attempts that ended without an ack, by group.',
    (g) => g.failed,
  ),
  ofGroups(
    'gauge',
    'kiteq_group_waiting_messages',
    'Messages that wait for a group: neither out nor parked.',
    (g) => g.waiting,
  ),
  ofGroups(
    'gauge',
    'kiteq_group_in_flight_deliveries',
    'Deliveries out now, not answered yet, by group.',
    (g) => g.inFlight,
  ),
  ofGroups('gauge', 'kiteq_group_dead_letters', 'Dead letters, by group.', (g) => g.dead),
  ofGroups('gauge', 'kiteq_group_connections', 'Connections, by group.', (g) => g.connections),
]

export const transactionsRows: readonly MetricRow[] = [
  counter(
    'kiteq_prepared_transactions_total',
    'Messages stored that wait for a decision first.',
    (f) => f.transactions.prepared,
  ),
  counter(
    'kiteq_committed_transactions_total',
    'Prepared messages committed.',
    (f) => f.transactions.committed,
  ),
  counter(
    'kiteq_rolled_back_transactions_total',
    'Prepared messages rolled back.',
    (f) => f.transactions.rolledBack,
  ),
  counter(
    'kiteq_transaction_inquiries_total',
    'Questions to publishers what became of a prepared message.',
    (f) => f.transactions.inquiries,
  ),
  gauge(
    'kiteq_open_transactions',
    'Prepared messages without a decision.',
    (f) => f.transactions.open,
  ),
  counter(
    'kiteq_ignored_decisions_total',
    'Decisions of clients and of other brokers that changed nothing here.',
    (f) => f.transactions.ignored,
  ),
]

export const consumersRows: readonly MetricRow[] = [
  gauge(
    'kiteq_set_aside_connections',
    'Connections that answer nothing and get only a probe now and then.',
    (f) => f.consumers.setAsideNow,
  ),
  counter(
    'kiteq_connections_set_aside_total',
    'Times a connection was set aside because it answered nothing.',
    (f) => f.consumers.setAside,
  ),
  gauge(
    'kiteq_paused_groups',
    'Groups that an operator holds back.',
    (f) => f.consumers.pausedGroups,
  ),
  gauge(
    'kiteq_unread_topics',
    'Topics whose publishes are refused because it is not known yet who is bound.',
    (f) => f.consumers.unreadTopics,
  ),
  gaugeBy(
    'dictionary',
    'kiteq_names',
    'Names known, by dictionary: topics, types, groups. They stay for ever.',
    (f) => f.consumers.names,
  ),
  gauge(
    'kiteq_names_limit',
    'Names that each dictionary may have; publishes of new ones are refused past it.',
    (f) => f.consumers.namesMax,
  ),
]
