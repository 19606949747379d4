// A record that is kept: what it carries of a message or of an image is a span of bytes that will be used again.

import type { LogRecord, MessageBytes } from '../model/record.ts'

/** The same record with bytes of its own. */
export function ownCopy(record: LogRecord): LogRecord {
  switch (record.kind) {
    case 'published':
    case 'prepared':
    case 'moved':
    case 'recalled':
      return { ...record, message: ownSpan(record.message) }
    case 'base':
      return { ...record, sections: ownSpan(record.sections) }
    default:
      return record
  }
}

function ownSpan({ source, start, end }: MessageBytes): MessageBytes {
  const bytes = new Uint8Array(source.subarray(start, end))
  return { source: bytes, start: 0, end: bytes.length }
}
