// The words for identities. Numbers that must not be mixed up carry a brand; nothing here does anything.

declare const brand: unique symbol
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** Place of a record in the log's order: 0, 1, 2 … dense, never reused. Safe to 2^53: 285 years at 1M records/s. */
export type Offset = Brand<number, 'Offset'>
/** Byte position inside one segment file. */
export type Position = Brand<number, 'Position'>
/** Sequence number of a segment file, from 1, dense. */
export type SegmentNumber = Brand<number, 'SegmentNumber'>
/** Grows by one at every start of a writer (and at every take-over of a replica set). */
export type Epoch = Brand<number, 'Epoch'>
/** Dictionary numbers, from 1, given by `named` records. 0 means none. */
export type TopicNumber = Brand<number, 'TopicNumber'>
export type TypeNumber = Brand<number, 'TypeNumber'>
export type GroupNumber = Brand<number, 'GroupNumber'>
/** Number of a client connection, from 1, unique within one epoch of one broker. */
export type ConnectionNumber = Brand<number, 'ConnectionNumber'>
/** Row of the message table: a handle in memory, reused, never written anywhere. */
export type Row = Brand<number, 'Row'>
/** Place of a message in its topic's own order: dense per topic, so that floors and bitmaps stay dense. */
export type Ordinal = Brand<number, 'Ordinal'>

/** A message id: 32 hex digits as four unsigned 32-bit words, first digits first. Upper and lower case are the same id. */
export interface MessageId {
  readonly id0: number
  readonly id1: number
  readonly id2: number
  readonly id3: number
}
