// Every limit of the broker, named, with unit and source. A limit that users may set is a default here and a key in config.

/** Largest packet body, bytes: the original's (spec: 2 MiB, `>` is refused). */
export const packetBodyBytesMax: number = 2 * 1024 * 1024
/** A published message must still fit a packet after its header is normalised; reserve for that growth. */
export const headerGrowthBytes = 32
/** Original Java clients read at most 32 KiB, prefix and header included. */
export const javaPacketBytesMax: number = 32 * 1024
export const frameHeadBytes = 19
/** Before the body of a packet that has its length in front. */
export const prefixedHeadBytes: number = 4 + frameHeadBytes

export const messageIdChars = 32
export const topicBytesMax = 255
export const groupBytesMax = 255
export const typeBytesMax = 1024
export const propertiesBytesMax: number = 64 * 1024
export const patternCharsMax = 1024
export const bindingsPerTopicMax = 4096
/** Groups bound to one topic: a message counts the groups that hold it in 16 bits. */
export const groupsPerTopicMax = 32_768
export const feedbackCharsMax = 1024

/** Seconds: a message lives at most 7 days (the original's cap). */
export const lifeSecondsMax: number = 7 * 24 * 60 * 60
export const deliverLimitMax = 100

/** Idempotence window after a message is settled: the ids of this long and this many are remembered. */
export const settledWindowMs: number = 10 * 60 * 1000
export const settledIdsMax = 4_000_000

/** Connections in all; the rest is refused at accept. */
export const connectionsMax = 10_000
export const handshakeTimeoutMs = 10_000
export const unfinishedFrameTimeoutMs = 30_000
export const silentConnectionTimeoutMs = 90_000
export const unreadWriteTimeoutMs = 30_000
/** Unsent bytes of a connection past which it gets no more deliveries. */
export const writeBufferBytesMax: number = 4 * 1024 * 1024

/** Un-acked deliveries per original connection: the Go client's reader stalls past 50. */
export const inFlightPerConnection = 32
/** From a handshake to the first delivery: the Go client has no way for its answers before its handshake call returned. */
export const firstDelayMs = 100
/** Un-acked deliveries a client of ours may ask for by credit. */
export const creditMax = 65_536
/** Un-acked deliveries of the whole broker; 20 bits of an opaque name one. */
export const inFlightMax = 1_048_576

/** 256 MiB: about a second of work at full speed, so rolling is rare; a start scans at least the last one. */
export const segmentBytesDefault: number = 256 * 1024 * 1024
/** The largest that may be set. */
export const segmentBytesMax: number = 1024 * 1024 * 1024
/** The smallest segment that still holds the largest batch. */
export const segmentBytesMin: number = 4 * 1024 * 1024
/** Bytes appended and not yet durable past which publishes are refused. */
export const unflushedBytesMax: number = 64 * 1024 * 1024
/** What was appended this long ago is still not durable: publishes are refused. The original's clients give up sooner. */
export const unflushedMsMax = 5_000
/** One write: past this a batch is closed and the next begins. */
export const batchBytesMax: number = 4 * 1024 * 1024
/** Flushed batches kept in memory, for deliveries that follow soon. */
export const recentBytesMax: number = 16 * 1024 * 1024

/** Opaques of what the broker starts (deliveries, inquiries) lie in the upper half, so that no client counter meets them. */
export const opaqueBase = 0x80000000
/** Ended leases remembered for their late acks. */
export const lateLeasesMax = 65_536
/** Distinct topics, types and groups, each: a dictionary is memory that never shrinks. */
export const namesMax = 4_194_304
/** A connection that answers nothing any more is tried again after this, doubling to the maximum. */
export const probeIntervalMs = 5_000
export const probeIntervalMaxMs = 60_000
/** Deliveries in a row whose lease ends without an answer, after which a connection is set aside. */
export const breakerTimeouts = 5
/** A delivery whose lease is over counts against the window for so long at least, twice as long at most once others are answered. */
export const lateKeptMs = 15_000
/** Every client of the broker connects anew after a bounce of its node: one in this time, doubling while it does not help. */
export const bounceIntervalMs = 60_000
export const bounceIntervalMaxMs = 3_600_000
/** Who has answered late within this is slow, not stuck. */
export const slowConsumerMs = 600_000
/** Connections set aside that /stat names, and that one look writes log lines about. */
export const setAsideToldMax = 100
/** Fly messages of one group that wait for a free place in a window; past either they are dropped, as fly may be. */
export const flyWaitingMax = 10_000
export const flyWaitingBytesMax: number = 16 * 1024 * 1024
/** Attempts of a fly message, all at once. */
export const flyAttemptsMax = 3

/** Routes remembered, one per (topic, type) in use; the rest is computed again. */
export const routesCachedMax = 16_384
/** Settled ids forgotten per record at most, so that a quiet spell is not paid for by one unlucky record. */
export const settledForgottenPerRecordMax = 8
/** Groups one message may wait for: 16 bits of its row count them. */
export const groupsPerMessageMax = 65_535

/** kiteq.toml, characters. */
export const configFileBytesMax: number = 1024 * 1024
/** A clean stop, all of it. */
export const stopTimeoutMs = 15_000
/** A checkpoint is due when this long has passed or this much was appended since the last: both bound what a start replays. */
export const checkpointIntervalMs = 60_000
export const checkpointBytes: number = 512 * 1024 * 1024

/** The registry file. It is read again this often even when nobody reports a change (60 s at most: the original's). */
export const registryRereadMs = 10_000
/** Reading YAML costs about a second a MiB, and the loop stands still meanwhile. */
export const registryFileBytesMax: number = 1024 * 1024
export const registryBindingsMax = 100_000
/** Characters of the types of all of them. */
export const registryTypeCharsMax: number = 16 * 1024 * 1024
/** What a registry says of one group and topic changes at most once in this time. */
export const registryChangeMs = 1_000
export const registryBrokersMax = 10_000
/** Problems told about one reading of it; the rest is counted. */
export const registryNotesMax = 10
/** A pattern's program, instructions: past what 1,024 characters make without repetitions written out. One match of the longest
 *  type then stays below some 0.2 s, the worst pattern taken, and is remembered. */
export const patternInstructionsMax = 1100
/** Of all patterns bound to one topic together: a new type is matched against each, once. */
export const patternInstructionsPerTopicMax = 4096
/** Letters of patterns, repetitions written out, that one reading of a registry may compile for one topic: some 0.1 s. */
export const patternCompilingPerTopicMax: number = 4 * patternInstructionsPerTopicMax
/** Log lines about what a registry says: of so many characters, registryNotesMax of them in this time. */
export const registryLineCharsMax = 600
export const registryComplaintMs = 60_000
/** Of the name of a node, in a log line. */
export const nodeNameCharsMax = 300
/** Lists that a registry has and this broker does not take, kept to be shown. */
export const registryProblemsMax = 1000
/** What an operator's act says of itself in the log. */
export const operatorDetailCharsMax = 1024
/** Holes of the log listed one by one; more are only counted. */
export const holesListedMax = 1000

/** A whole frame in the log: the largest message, its routing to thousands of groups, and room. */
export const logFrameBytesMax: number = 2 * 1024 * 1024 + 512 * 1024
/** The first segment of a new folder is small, so that a first start does not wait for zeros; the next ones double. */
export const firstSegmentBytes: number = 8 * 1024 * 1024
/** Space kept back for acks, deliveries and decisions when the disk is full. */
export const reserveBytesMax: number = 16 * 1024 * 1024
/** Unit of reads behind deliveries from disk, and how much of it is kept. */
export const logPageBytes: number = 256 * 1024
export const logPageCacheBytes: number = 32 * 1024 * 1024
/** One read of a recovery or a scan: past 1 MiB the size makes no difference. */
export const scanChunkBytes: number = 4 * 1024 * 1024

/** Connections of one address; the whole server's limit unless set. */
export const connectionsPerAddressMax: number = connectionsMax
/** All connections are looked after this often: timeouts are kept to this precision. */
export const sweepIntervalMs = 1_000
/** TCP keep-alive, as the original. */
export const keepAliveMs = 20_000
/** Unsent bytes, replies included, past which a connection is read only once per sweep. */
export const replyBytesMax: number = 2 * writeBufferBytesMax
/** Messages fetched from disk at a time for one connection. */
export const loadsPerConnectionMax = 32
/** Of a message id that is none, echoed in its refusal. */
export const echoedIdBytesMax = 1024
/** Log lines about one address: one in this time, the rest is counted. */
export const complaintIntervalMs = 1_000

/** HTTP is for people and probes: few connections, short patience. */
export const httpConnectionsMax = 64
export const httpTimeoutMs = 5_000
/** Names that a broker may be called by, besides its own. */
export const httpNamesMax = 100
export const httpHeaderBytesMax: number = 8 * 1024
/** Rates of /stat are taken between two looks this far apart, farther when a look is dear. */
export const statSampleMs = 1_000
/** Topics, and groups, that /metrics tells by themselves; the others are told together. */
export const metricsTopics = 100
export const metricsTopicsMax = 10_000

/** Publishes of one client that wait for their answer; 16 bits of an opaque name one. */
export const clientPendingMax = 65_536
/** Bytes of the frames kept for them, so that they can be sent again after a reconnect. */
export const clientPendingBytesMax: number = 64 * 1024 * 1024
/** Deliveries a subscription holds at a time unless it says otherwise. */
export const clientWindow = 256
/** A publish or a command without an answer fails after this; long enough for one reconnect. */
export const clientAnswerTimeoutMs = 10_000
/** Connect and handshake of one attempt. */
export const clientHandshakeTimeoutMs = 5_000
export const clientHeartbeatMs = 10_000
export const clientHeartbeatTimeoutMs = 5_000
/** First wait before a reconnect, doubling to the maximum, both with jitter. */
export const clientReconnectMinMs = 100
export const clientReconnectMaxMs = 10_000
/** How long a close waits for handlers and answers. */
export const clientDrainMs = 5_000
/** A body that unpacks to more is refused: a few bytes must not become all of the memory. */
export const snappyBytesMax: number = 64 * 1024 * 1024
/** Decisions a client remembers, so that it can answer an inquiry about its own transactions. */
export const clientDecisionsMax = 10_000
/** Between our end of a connection and its destruction, when the peer does not end it. */
export const endingMs = 2_000
/** Bytes of all names of one dictionary. */
export const namesBytesMax: number = 256 * 1024 * 1024
/** Regular expressions a client may bind for one topic, and all clients together: each new type is matched against all. */
export const regexesPerListMax = 64
export const regexesPerTopicMax = 1024
/** Compiled instructions of patterns remembered by their text. */
export const patternCacheInstructionsMax = 262_144
/** Bytes of fly messages that wait, of all groups together. */
export const flyBytesMax: number = 128 * 1024 * 1024
/** Memory of unfinished frames, all connections together: 128 of the largest, or 26 KiB for each of 10,000 connections. */
export const unfinishedBytesMax: number = 256 * 1024 * 1024
/** Memory of unsent output, all connections together: 128 at their own limit, or 52 KiB for each of 10,000. */
export const unsentBytesMax: number = 512 * 1024 * 1024
/** What a connection may have unsent however little is left: more than a socket takes before it tells of a drain. */
export const unsentBytesMin: number = 64 * 1024
/** Who has not gone on for so long is closed first when that memory runs short. */
export const crowdedPatienceMs = 2_000
/** A connection that has not shaken hands makes room for a new one after this, when there is no other. */
export const handshakeGraceMs = 1_000
/** Offsets, or numbers of types, in one record; a longer list goes on in the next. */
export const recordListMax = 65_536
/** Text of one list of bindings, bytes: it is one record. */
export const bindingsBytesMax: number = 512 * 1024
/** Bindings of all groups together, some 0.5 KiB of memory each, and of one group; a registry has limits of its own. */
export const bindingsMax = 262_144
export const bindingsPerGroupMax = 16_384
/** Waiting messages a second that changes of bindings by clients may walk over, half of it at once: each is looked at. */
export const bindingWalkRate = 1_000_000
/** Records that one look at what has expired may make. */
export const expiryRecordsPerTurn = 4096
/** Waiting messages that one command of an operator looks at, and records it makes at most: the loop serves others in between. */
export const operatorWalkMax = 4096
export const operatorSliceMax = 256
/** Dead letters that one look through them passes. */
export const deadLettersWalkMax = 20_000
/** Copies of an earlier reset that may still wait for a group when it is reset again: their ids are in memory meanwhile. */
export const recalledWaitingMax = 1_000_000
/** Log that one look of a reset reads: records, some 10 ms of them, and bytes of the messages among them. */
export const recallRecordsMax = 8192
export const recallBytesMax: number = 1024 * 1024
/** Messages before one in its queue that `why-not` counts, and connections of a group that it lists. */
export const standingAheadMax = 10_000
export const standingMembersMax = 100
/** Segments older than this, or the oldest when all together take more than this, may go once nobody needs them. */
export const retentionMs: number = 7 * 86_400_000
export const retentionBytes: number = 10 * 1024 ** 3
/** A part of an image of the state in the log, bytes: one record. */
export const basePartBytes: number = 1024 * 1024
/** What retention writes, images and messages that move, goes so much at a time, so far apart. */
export const retentionPaceBytes: number = 1024 * 1024
export const retentionPaceMs = 15
/** An image is written only when what can be dropped for it is so many times as large. */
export const retentionGain = 4
/** On a full disk what has to be written before segments go takes at most one byte in so many of those left for acks. */
export const fullDiskShare = 2
/** Old segments are emptied when less than one byte in so many of them is of messages that somebody still needs. */
export const retentionSparse = 4
/** Dead letters older than this, or the oldest of a group with more than this, are purged. */
export const deadLettersMs: number = 30 * 86_400_000
export const deadLettersMax = 100_000
/** Reasons of refusals that a replay into a broker tells apart; the rest is only counted. */
export const replayReasonsMax = 20
/** Topics one connection may list in a CREDIT, and memory of the lists of all connections together. */
export const wantedTopicsMax = 1024
export const wantedTopicsBytesMax: number = 64 * 1024 * 1024
/** Postings name stretches of a segment of about so many bytes: what one look-up reads. */
export const postingsBlockBytes: number = 64 * 1024
/** Postings are made while less than this is appended in a second, once so much is behind, at most every so often. */
export const postingsCalmBytes: number = 4 * 1024 * 1024
export const postingsDueBytes: number = 1024 * 1024
export const postingsDueMs = 5_000
/** Under a load that never pauses, once so much is behind: what one `kiteq why` would have to scan. */
export const postingsBehindBytes: number = 1024 * 1024 * 1024
/** Log that one run of their worker covers: then the load is looked at again. */
export const postingsRunBytes: number = 512 * 1024 * 1024
/** They are not worth the last of a disk. */
export const postingsFreeBytes: number = 128 * 1024 * 1024
/** What a start did not read is checked after it at this pace. */
export const scrubBytesPerSecond: number = 64 * 1024 * 1024
/** A decision that is passed on to other brokers: bytes of its packet, how long it is tried, how many wait for one broker and group. */
export const passedOnPacketBytesMax: number = 128 * 1024
export const passOnMs = 15_000
export const passOnWaitingMax = 16_384
/** Bytes of all that wait, connections to other brokers, one for each broker and group, and brokers of one topic that are told. */
export const passOnBytesMax: number = 32 * 1024 * 1024
export const peerLinksMax = 128
export const peersPerTopicMax = 64
/** Connect and handshake with another broker; its connection ends after so long without a decision. */
export const peerHandshakeMs = 3_000
export const peerIdleMs = 10_000
/** Frames of it that nobody asked for, and answers to them that it has not read, bytes: past either its connection ends. */
export const peerStrayFramesMax = 1024
export const peerUnreadBytesMax: number = 64 * 1024
/** First wait before the next try to reach it, doubling to the maximum. */
export const peerRetryMs = 250
export const peerRetryMaxMs = 4_000
/** Log lines about decisions that could not be passed on: one in this time, the rest is counted. */
export const passOnComplaintMs = 60_000
/** Session with ZooKeeper: asked for, and how long a first reading may take before a start goes on without, or is refused. */
export const zooKeeperSessionMs = 6_000
export const zooKeeperStartMs = 10_000
/** Everything in ZooKeeper is read again this often even when nobody tells of a change. */
export const zooKeeperRereadMs = 60_000
/** Reads under way at a time for one topic, and the longest pause between two readings while things keep changing. */
export const zooKeeperReadsAtOnce = 32
export const zooKeeperReadPauseMs = 1_000
/** A bounce makes all clients connect anew: while the session lives, losses of its connection cause one in this time. */
export const zooKeeperBounceApartMs = 10_000
/** Between taking the nodes away and making them again: a client has to read a list without them. */
export const zooKeeperAbsentMs = 1_000
/** Sessions of its own that a broker remembers: a node of any of them is its own to remove. */
export const zooKeeperSessionsKept = 8
/** What is still wrong with ZooKeeper is told again this often. */
export const zooKeeperToldEveryMs = 55_000
/** Own nodes that could not be made are tried again after the first of these, then more rarely. */
export const zooKeeperRetryMinMs = 500
export const zooKeeperRetryMaxMs = 15_000
/** Replica sets: names of sets and members, members of one set, and nodes of live ones that are read, whoever made them. */
export const clusterNameCharsMax = 64
export const clusterMembersMax = 31
export const clusterLiveMax = 64
/** The archive of a running broker: its rows are kept so long, ms, 0 for ever; a thread of it that ended is started again after this, doubling. */
export const archiveKeepMs = 0
export const archiveRestartMs = 1_000
export const archiveRestartMaxMs = 60_000
/** Of the records that one reading for the archive or an export makes rows of: at most so many, their frames' bytes, and rows. */
export const archiveBatchRecords = 20_000
export const archiveBatchRows = 20_000
export const archiveBatchBytes: number = 4 * 1024 * 1024
/** Records read ahead of that, bytes of frames. */
export const archiveAheadBytes: number = 4 * 1024 * 1024
/** Messages that a log still knows, held against the archive when the record where it ends is gone. */
export const archiveComparedMessages = 500

/** Tables of an import: 20, each once for every broker that has rows in it. */
export const importTablesMax = 1024
/** Groups that have a message of an import, or were tried in vain. */
export const importGroupsMax = 256
/** What one copy of a log takes from another at once, bytes; with a batch that is longer than was asked for. */
export const rawBytesMax: number = 8 * 1024 * 1024
/** Zeros that stand ready behind the end of a copy, so that a synced write need not grow its file. */
export const replicaAheadBytes: number = 1024 * 1024

/** Connections between members of a replica set: connect and handshake, and what a peer without the key waits for its end. */
export const memberHandshakeMs = 5_000
export const memberWrongKeyMs = 1_000
/** Such connections that have not proved the key, at once; bytes of their frames. */
export const memberStrangersMax = 16
export const memberHandshakeBytesMax = 1024
/** Those that have, all together and of one member: a new one takes the place of its oldest. */
export const memberConnectionsMax = 64
export const memberConnectionsPerIdMax = 4
/** Bytes of a frame's content: a question, and an answer with its records. */
export const memberRequestBytesMax: number = 64 * 1024
export const memberAnswerBytesMax: number = 16 * 1024 * 1024
/** Questions of one connection that are being answered at once, those that wait for it, and addresses that are asked. */
export const memberUnansweredMax = 8
export const memberWaitingMax = 256
export const memberLinksMax = 64
/** While something is unanswered a quiet side is asked whether it is there, and is given up. */
export const memberPingMs = 1_000
export const memberSilentMs = 4_000
/** A connection that nobody needs ends after so long at the side that asks, later at the one that answers. */
export const memberIdleMs = 60_000
export const memberForgottenMs = 90_000
/** Output of which nothing was taken for so long, and unanswered questions that were given up: the connection ends. */
export const memberUnreadMs = 30_000
export const memberAbandonedMs = 30_000
/** First wait before the next try to reach a member, doubling to the maximum. */
export const memberRetryMs = 50
export const memberRetryMaxMs = 2_000
/** One write of an answer, bytes; the next follows when the system has taken it. */
export const memberWriteBytesMax: number = 1024 * 1024
/** The shared key of a set, bytes. */
export const setKeyBytesMin = 32
export const setKeyBytesMax = 4096
