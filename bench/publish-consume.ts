// How many messages a second go the whole way: published, durable, delivered, acknowledged by the consumer.
// As many consumer connections as publisher connections, in one group; every message must come, and once.
//
//   node --import tsx bench/publish-consume.ts [--cells 1x64,16x1024] [--rounds 3] [--seconds 2] [--only yardstick]

import { runGrid } from './run/grid.ts'

await runGrid({
  name: 'publish-consume',
  title: 'Messages published, delivered and acknowledged a second, durable both ways',
  cells: '1x1,1x16,1x64,1x256,1x1024,16x256,16x1024',
  role: 'both',
  check: () => [],
})
