// How many durable publishes a second are acknowledged, and how soon: broker against yardstick, in turn.
//
//   node --import tsx bench/publish.ts [--cells 1x1,1x64] [--rounds 3] [--seconds 2] [--body-bytes 200] [--only yardstick]

import { runGrid } from './run/grid.ts'
import { yardstickCheck } from './run/yardstick-check.ts'

await runGrid({
  name: 'publish',
  title: 'Durable publishes acknowledged a second',
  cells: '1x1,1x16,1x64,1x256,1x1024,16x256,16x1024',
  role: 'publish',
  check: yardstickCheck,
})
