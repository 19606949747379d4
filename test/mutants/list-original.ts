// Deliberate bugs of taking the original's place: its clients, its configuration, its messages, its ZooKeeper.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (test: string): readonly CatchingTest[] => [{ file, test }]

const inFaults = inTest('src/broker/client-faults.test.ts')
const inStuck = inTest('src/stuck-consumers.test.ts')
const inImport = inTest('src/broker/decide-import.test.ts')
const inSlices = inTest('test/property/import-slices.test.ts')(
  'rows offered in slices, with crashes between and in them, reach each group that lacks them once',
)
const inMove = inTest('test/e2e/import.test.ts')
const inConfig = inTest('src/original-config.test.ts')
const inRegistry = inTest('src/zk/zookeeper-registry.test.ts')

export const originalMutants: readonly Mutant[] = [
  {
    name: 'first-delivery-at-once',
    breaks: 'a client of the original loses its answers to what comes right behind its handshake',
    file: 'src/broker/member.ts',
    find: 'return nowMs >= this.opensAtMs',
    replace: 'return nowMs >= 0',
    caughtBy: inFaults(
      'a first delivery keeps its distance from the handshake, unless the client asks for it',
    ),
  },
  {
    name: 'first-delivery-forgotten',
    breaks: 'what waits for a new member waits until something else happens',
    file: 'src/broker/candidates.ts',
    find: 'this.#plan.wakeAtMs = Math.min(this.#plan.wakeAtMs, member.opensAtMs)',
    replace: '',
    caughtBy: inFaults(
      'a first delivery keeps its distance from the handshake, unless the client asks for it',
    ),
  },
  {
    name: 'probes-without-a-pause',
    breaks: 'a consumer that was set aside gets probe after probe, and burns attempts',
    file: 'src/broker/circuit-breaker.ts',
    find: 'return this.#givenAtMs + Math.min(probeIntervalMs * 2 ** this.#probes, probeIntervalMaxMs)',
    replace: 'return this.#givenAtMs',
    caughtBy: inFaults(
      'a consumer that answers nothing is set aside: others get its messages, and it a probe now and then',
    ),
  },
  {
    name: 'set-aside-for-ever',
    breaks: 'a consumer that answers again gets no more than probes',
    file: 'src/broker/circuit-breaker.ts',
    find: `    this.openedAtMs = undefined
    this.failedProbes = 0`,
    replace: '    this.failedProbes = 0',
    caughtBy: inFaults('an answered probe takes a consumer back'),
  },
  {
    name: 'last-attempt-as-a-probe',
    breaks: 'the last attempt of a message is spent on a consumer that has stopped answering',
    file: 'src/broker/decide-dispatch.ts',
    find: 'const mayProbe = attempt < messages.deliverLimitOf(row)',
    replace: 'const mayProbe = attempt <= messages.deliverLimitOf(row)',
    caughtBy: inFaults(
      'the last attempt of a message is not spent on a consumer that is set aside while another is there',
    ),
  },
  {
    name: 'newer-connection-not-known',
    breaks: 'a client that reconnected goes on getting its messages by the connection it lost',
    file: 'src/broker/session.ts',
    find: 'member.supersededBy = other',
    replace: 'void other',
    caughtBy: inFaults(
      'an answer by a newer connection of the same address counts, and from then on that one gets the messages',
    ),
  },
  {
    name: 'bounces-without-end',
    breaks: 'a consumer that cannot be helped makes the broker leave the registry once a minute',
    file: 'src/stuck-consumers.ts',
    find: 'Math.min(this.#intervalMs * 2, bounceIntervalMaxMs)',
    replace: 'Math.min(this.#intervalMs, bounceIntervalMaxMs)',
    caughtBy: inStuck('bounces keep their distance, which doubles while they do not help'),
  },
  {
    name: 'import-place-not-recorded',
    breaks: 'an import that was killed reads every table from its beginning again',
    file: 'src/broker/decide-import.ts',
    find: 'if (taken > 0 && !isDryRun) records.push(progress(command, action, places))',
    replace: '',
    caughtBy: inImport(
      'a slice is one act: messages first, then the record that says how far it is',
    ),
  },
  {
    name: 'import-place-ahead',
    breaks: 'an import that was killed passes by rows whose messages were not stored',
    file: 'src/broker/decide-import.ts',
    find: 'Math.max(places[message.table] ?? 0, message.row)',
    replace: 'Math.max(places[message.table] ?? 0, message.row + 1)',
    caughtBy: inSlices,
  },
  {
    name: 'import-doubles-what-is-known',
    breaks: 'an id that comes twice in one slice is imported twice',
    file: 'src/broker/decide-import-verdict.ts',
    find: "if (seen.has(key)) return 'known'",
    replace: '',
    caughtBy: inImport('a dry run finds the same and changes nothing'),
  },
  {
    name: 'imported-again-to-who-has-it',
    breaks: 'a group that had a message from the original gets it again',
    file: 'src/broker/decide-import-verdict.ts',
    find: 'const durable = wanting.durable.filter((group) => !have.has(group))',
    replace: 'const durable = wanting.durable.slice()',
    caughtBy: inSlices,
  },
  {
    name: 'import-forgets-attempts',
    breaks: 'what the original had tried in vain is tried as often again',
    file: 'src/broker/decide-import.ts',
    find: 'attempts: [Math.min(attempts, deliverLimitMax)]',
    replace: 'attempts: [Math.min(attempts, 1)]',
    caughtBy: inImport('the attempts of before count, and the next one waits as long as it had to'),
  },
  {
    name: 'import-commits-what-is-open',
    breaks: 'a transaction that was open at the original is delivered',
    file: 'src/broker/decide-import-verdict.ts',
    find: 'const verdict = !message.isCommitted',
    replace: 'const verdict = message.attempts < 0',
    caughtBy: inSlices,
  },
  {
    name: 'dead-rows-taken-as-live',
    breaks: 'what the original had buried is delivered by an import',
    file: 'src/broker/decide-import-verdict.ts',
    find: 'return isDead || attempts',
    replace: 'return (isDead && attempts < 0) || attempts',
    caughtBy: inImport(
      'what the other store has buried is buried here, although it could be tried again',
    ),
  },
  {
    name: 'import-begins-anew',
    breaks: 'a second import does not go on where the first one ended',
    file: 'src/cli/import.ts',
    find: 'reached[name] ?? 0',
    replace: 'reached[`${name} `] ?? 0',
    caughtBy: inMove('a message comes as it was published, once, in the order of publishing'),
  },
  {
    name: 'clusters-mixed-up',
    breaks: 'another cluster of the file than the one that was named is served',
    file: 'src/original-config.ts',
    find: 'const cluster = tableIn(clusters, name)',
    replace: 'const cluster = tableIn(clusters, Object.keys(clusters).sort()[0] ?? name)',
    caughtBy: inConfig('another cluster, with its doors'),
  },
  {
    name: 'original-wins',
    breaks: 'what the original’s file says wins over our own',
    file: 'src/config.ts',
    find: 'table[key] = { ...section, ...over[key] }',
    replace: 'table[key] = { ...over[key], ...section }',
    caughtBy: inConfig('our own flags and file win, key by key, and it is told'),
  },
  {
    name: 'registry-of-another-environment',
    breaks: 'the broker registers where another cluster does',
    file: 'src/original-config.ts',
    find: "const hosts = tableIn(tableIn(file, 'registry') ?? {}, env)?.['hosts']",
    replace:
      "const all = tableIn(file, 'registry') ?? {}\n  const hosts = tableIn(all, Object.keys(all)[0] ?? env)?.['hosts']",
    caughtBy: inConfig('the file alone starts the default cluster where the original would'),
  },
  {
    name: 'store-password-told',
    breaks: 'the password of the original’s database is in the log',
    file: 'src/original-config.ts',
    find: '`is ${withoutSecrets(String(db))}:',
    replace: '`is ${String(db)}:',
    caughtBy: inConfig('a password in front of an at-sign is not told either'),
  },
  {
    name: 'bad-node-unbinds',
    breaks: 'a node that cannot be understood takes the bindings of its group away',
    file: 'src/zk/binding-json.ts',
    find: "if (typeof binding === 'string') return",
    replace: "if (typeof binding === 'string') return value.length > 0 ? [] :",
    caughtBy: inRegistry(
      'what is no list of bindings harms only its own node, and what was there before stays',
    ),
  },
  {
    name: 'known-bindings-forgotten',
    breaks: 'a start in which a node cannot be read unbinds its group',
    file: 'src/zk/zookeeper-bindings.ts',
    find: 'this.#bindings.set(topic, groups)',
    replace: 'void groups',
    caughtBy: inRegistry(
      'a node that cannot be used at a start keeps what the log has of it, also of a topic served no longer',
    ),
  },
  {
    name: 'no-watch-on-bindings',
    breaks: 'a binding that changes counts only with the next regular reading',
    file: 'src/zk/zookeeper-bindings.ts',
    find: 'const found = await link.data(node, this.#watches.get(topic), this.#options.requestMs())',
    replace: 'const found = await link.data(node, undefined, this.#options.requestMs())',
    caughtBy: inTest('src/zk/zookeeper-registry.test.ts')(
      'bindings are read at the start, and again whenever one is made, changed or taken away',
    ),
  },
  {
    name: 'nodes-stay-behind',
    breaks: 'clients go on publishing to a broker that has said good-bye',
    file: 'src/zk/zookeeper-nodes.ts',
    find: `    await this.#remove(link, was.address, was.topics).catch(() => undefined)
`,
    replace: '',
    caughtBy: inRegistry(
      'a broker is known by its address under each topic, and by nothing else, until it withdraws',
    ),
  },
  {
    name: 'wanted-again-stays-parked',
    breaks: 'what a group wants again waits until it expires',
    file: 'src/broker/decide-binding.ts',
    find: 'unparks: unparks.slice(from, to)',
    replace: 'unparks: []',
    caughtBy: inTest('test/property/binding-snapshots.test.ts')(
      'wherever a crash cuts a reading of the registry, each list is whole, and the next reading completes it',
    ),
  },
  {
    name: 'list-ahead-of-what-it-parks',
    breaks: 'a crash in a change of bindings leaves parked for good what the group wants',
    file: 'src/broker/decide-binding.ts',
    find: 'bindings: to < length ? before : bindings',
    replace: 'bindings',
    caughtBy: inTest('test/property/binding-parts.long.test.ts')(
      'a change that parks more types than a record holds is made as a whole, also after a crash within it',
    ),
  },
  {
    name: 'taken-address-leaves-a-folder',
    breaks: 'a start with an address that cannot be had makes a data folder each time it is tried',
    file: 'src/kiteq.ts',
    find: 'if (!existsSync(config.dataDir)) await expectDoorsFree(config)',
    replace: '',
    caughtBy: inTest('test/e2e/original-config.test.ts')(
      'an address that cannot be had leaves nothing behind',
    ),
  },
]
