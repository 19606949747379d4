// What the owner of a folder said, checked before it is used: whoever may write into the folder may have made the socket. A
// shape names what is read of an answer; there may be more in it.

import { KiteQError } from '../model/errors.ts'

/** A field whose name ends in `?` may be missing. `[shape]`: a list of such. */
type Shape = Word | ObjectShape | readonly [Shape]
interface ObjectShape {
  readonly [name: string]: Shape
}
/** `whole`: a count, an offset, a time. `counts`: an object of them. */
type Word = 'text' | 'number' | 'whole' | 'flag' | 'counts'

/** The farthest time there is, ms since 1970: whatever is a number may be taken for one. */
const numberMax = 8.64e15

/** Throws KITEQ_PACKET, naming the folder, when it is not what such a request is answered. */
export function expectAnswer(dir: string, op: string, answer: unknown): void {
  const shape = answerShapes[op]
  const wrong = shape === undefined ? undefined : wrongIn(answer, shape, 'it')
  if (wrong === undefined) return
  throw new KiteQError(
    'KITEQ_PACKET',
    `what came from the socket of the owner of ${dir} is no answer of a broker of this version: ${wrong}`,
  )
}

function wrongIn(value: unknown, shape: Shape, where: string): string | undefined {
  if (typeof shape === 'string') return isWord(value, shape) ? undefined : `${where} is no ${shape}`
  if (isList(shape)) {
    if (!Array.isArray(value)) return `${where} is no list`
    return firstOf(value.entries(), ([n, item]) => wrongIn(item, shape[0], `item ${n} of ${where}`))
  }
  if (typeof value !== 'object' || value === null) return `${where} is no object`
  const fields = value as Readonly<Record<string, unknown>>
  return firstOf(Object.entries(shape), ([name, inner]) => {
    const key = name.replace(/\?$/, '')
    const isMissing = key !== name && fields[key] === undefined
    return isMissing ? undefined : wrongIn(fields[key], inner, `"${key}" of ${where}`)
  })
}

function firstOf<T>(items: Iterable<T>, find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape)
}

function isWord(value: unknown, word: Word): boolean {
  switch (word) {
    case 'text':
      return typeof value === 'string'
    case 'flag':
      return typeof value === 'boolean'
    case 'number':
      return typeof value === 'number' && Math.abs(value) <= numberMax
    case 'whole':
      return Number.isSafeInteger(value) && (value as number) >= 0
    case 'counts':
      return (
        typeof value === 'object' &&
        value !== null &&
        Object.values(value).every((count) => isWord(count, 'whole'))
      )
  }
}

const binding: Shape = {
  source: 'text',
  topic: 'text',
  group: 'text',
  bindType: 'text',
  messageType: 'text',
  watermark: 'number',
  persistent: 'flag',
  'problem?': 'text',
  waiting: 'whole',
  dead: 'whole',
  'connections?': 'whole',
}
const transaction: Shape = {
  id: 'text',
  offset: 'whole',
  topic: 'text',
  type: 'text',
  group: 'text',
  preparedAtMs: 'whole',
  inquiries: 'whole',
  lastInquiryAtMs: 'whole',
  expiresAt: 'number',
}
const pause: Shape = { who: 'text', sinceMs: 'whole' }
const group = {
  number: 'whole',
  group: 'text',
  topics: ['text'],
  topicCount: 'whole',
  'members?': 'whole',
  waiting: 'whole',
  inFlight: 'whole',
  parked: 'whole',
  dead: 'whole',
  'paused?': pause,
  'oldest?': { id: 'text', offset: 'whole', segment: 'whole', position: 'whole' },
} as const satisfies Shape

/** By request. */
const answerShapes: Readonly<Record<string, Shape>> = {
  watermark: { durableOffset: 'whole' },
  bindings: { list: [binding], 'next?': 'whole', count: 'whole' },
  transactions: { list: [transaction], 'next?': 'whole', count: 'whole' },
  standing: {
    phase: 'text',
    attempts: 'whole',
    retryAtMs: 'number',
    ahead: 'whole',
    isAheadCut: 'flag',
    watermark: 'number',
    'pause?': pause,
    'live?': {
      nowMs: 'number',
      membersOnline: 'whole',
      membersWanting: 'whole',
      isUnwanted: 'flag',
      members: [
        {
          connection: 'whole',
          peer: 'text',
          joinedAtMs: 'number',
          window: 'whole',
          inFlight: 'whole',
          late: 'whole',
          room: 'number',
          'probeAtMs?': 'number',
          'opensAtMs?': 'number',
          'readsBytesMax?': 'whole',
          'silentSinceMs?': 'number',
          'answersBy?': 'whole',
          warm: 'number',
        },
      ],
      'lease?': { connection: 'whole', peer: 'text' },
      'rate?': { nextAtMs: 'number' },
    },
  },
  groups: { groups: [group], 'next?': 'whole' },
  group: {
    ...group,
    counts: 'counts',
    queues: [{ topic: 'text', waiting: 'whole', inFlight: 'whole', parked: 'whole' }],
    bindings: [binding],
    connections: [
      {
        connection: 'whole',
        peer: 'text',
        inFlight: 'whole',
        window: 'whole',
        'silentSinceMs?': 'number',
        'probeAtMs?': 'number',
        'answersBy?': 'whole',
      },
    ],
  },
  'group-pause': { 'counts?': 'counts' },
  'group-resume': { 'counts?': 'counts' },
  'dead-select': {
    letters: [['whole']],
    'next?': { group: 'whole', atMs: 'whole' },
  },
  'dead-list': [
    {
      group: 'whole',
      message: 'whole',
      id: 'text',
      groupName: 'text',
      topic: 'text',
      type: 'text',
      reason: 'text',
      feedback: 'text',
      attempts: 'whole',
      deliverLimit: 'number',
      transient: 'flag',
      atMs: 'whole',
      expiresAt: 'number',
      segment: 'whole',
      position: 'whole',
    },
  ],
  'dead-redrive': 'counts',
  'dead-undo': 'counts',
  'dead-purge': 'counts',
  import: { taken: 'whole', verdicts: ['text'] },
  'reset-begin': { token: 'text', act: 'whole', end: 'whole' },
  'reset-skip': { done: 'whole', isOver: 'flag' },
  'reset-recall': { 'done?': 'whole', at: 'whole', isOver: 'flag' },
}
