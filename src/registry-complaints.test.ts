// What is wrong with a registry is told while somebody can still read it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RegistryProblem } from './broker/registry-problems.ts'
import { registryComplaintMs, registryNotesMax } from './model/limits.ts'
import { RegistryComplaints } from './registry-complaints.ts'

const problem = (group: string): RegistryProblem => ({ topic: 't', group, text: 'bad' })

test('each thing is told once while it lasts, and again when it comes back', () => {
  const lines: string[] = []
  const complaints = new RegistryComplaints(
    (line) => lines.push(line),
    () => 0,
  )
  for (const groups of [['a'], ['a', 'b'], ['b'], ['a']]) complaints.of(groups.map(problem))
  assert.deepEqual(
    lines,
    ['a', 'b', 'a'].map((group) => `topic "t", group "${group}": bad`),
  )
})

test('however much there is, there are few lines a minute, and the rest comes later', () => {
  const lines: string[] = []
  let nowMs = 0
  const complaints = new RegistryComplaints(
    (line) => lines.push(line),
    () => nowMs,
  )
  const many = Array.from({ length: 100 }, (_, at) => problem(`g${at}`))
  for (let i = 0; i < 5; i++) complaints.of(many)
  assert.equal(lines.length, registryNotesMax + 1)
  assert.equal(
    lines.at(-1),
    `${100 - registryNotesMax} more lists of the registry have problems: kiteq bindings shows them`,
  )
  nowMs += registryComplaintMs
  complaints.of(many)
  assert.equal(lines.length, 2 * (registryNotesMax + 1))
})
