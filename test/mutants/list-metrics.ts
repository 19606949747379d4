// Deliberate bugs of what a broker tells of itself: metrics, readiness, lines.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (test: string): readonly CatchingTest[] => [{ file, test }]

const inPage = inTest('src/http/metrics.test.ts')
const inNames = inTest('src/metrics-names.test.ts')
const inReady = inTest('src/ready.test.ts')
const inLines = inTest('src/cli/log-lines.test.ts')

export const metricsMutants: readonly Mutant[] = [
  {
    name: 'series-without-bound',
    breaks: 'whoever makes up topics makes up series of /metrics',
    file: 'src/http/metrics-names.ts',
    find: 'const free = this.#max - this.#chosen.size',
    replace: 'const free = Infinity',
    caughtBy: inNames(
      'topics and groups tell what happened under them, and all together everything',
    ),
  },
  {
    name: 'scrape-in-one-go',
    breaks: 'a scrape of a broker with very many queues stops it for as long',
    file: 'src/metrics-names.ts',
    find: 'if (++at % sliceLength === 0) await this.#pause()',
    replace: '++at',
    caughtBy: inNames('of a million topics and queues it looks at a slice at a time'),
  },
  {
    name: 'others-without-the-rest',
    breaks: 'what happens under names without series of their own is told nowhere',
    file: 'src/metrics-names.ts',
    find: 'return Math.max(0, all - sum(chosen))',
    replace: 'return Math.max(0, all - all - sum(chosen))',
    caughtBy: inNames(
      'topics and groups tell what happened under them, and all together everything',
    ),
  },
  {
    name: 'buckets-not-added-up',
    breaks: 'every percentile of the flush times is wrong',
    file: 'src/http/metrics-page.ts',
    find: 'within += counts[at] ?? 0',
    replace: 'within = counts[at] ?? 0',
    caughtBy: inPage('flushes are a histogram whose buckets add up'),
  },
  {
    name: 'labels-as-they-came',
    breaks: 'a name on /metrics moves the cursor of whoever looks at it',
    file: 'src/http/metrics-page.ts',
    find: '[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Bidi_Control}]',
    replace: '[\\p{Zl}]',
    caughtBy: inPage('names of topics stay apart and break no line, whatever is in them'),
  },
  {
    name: 'every-scrape-a-look',
    breaks: 'scrapers that ask all the time take all the time of a broker with many topics',
    file: 'src/http/metrics.ts',
    find: 'this.#keptUntilMs = nowMs + tookMs * scrapeShare',
    replace: 'this.#keptUntilMs = nowMs',
    caughtBy: inPage(
      'those who ask together get one look, and whoever asks again at once gets the same when it was dear',
    ),
  },
  {
    name: 'ready-while-overloaded',
    breaks: 'publishers are sent to a broker that refuses them',
    file: 'src/broker/loop.ts',
    find: 'return kind && { kind }',
    replace: 'return undefined',
    caughtBy: [
      ...inReady('not ready while more waits for the disk than may'),
      ...inReady('not ready while publishers are past the rate, and ready again a moment later'),
    ],
  },
  {
    name: 'ready-on-a-full-disk',
    breaks: 'a broker whose disk is full goes on getting publishes',
    file: 'src/broker/loop.ts',
    find: "if (this.#log.isFull) return { kind: 'full' }",
    replace: '',
    caughtBy: inReady('not ready while the disk is full, and ready again with space'),
  },
  {
    name: 'lines-as-they-came',
    breaks: 'what a client says moves the cursor of whoever reads the lines of the broker',
    file: 'src/cli/log-lines.ts',
    find: 'return plainText(',
    replace: 'return String(',
    caughtBy: inLines('text from elsewhere moves no cursor, in either format'),
  },
  {
    name: 'secret-in-a-line',
    breaks: 'a password that somebody logs by mistake is shown',
    file: 'src/cli/log-lines.ts',
    find: 'paths: secretNames.flatMap(',
    replace: 'paths: secretNames.slice(99).flatMap(',
    caughtBy: inLines('a detail that is named like a secret is not shown, wherever it stands'),
  },
]
