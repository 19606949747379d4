// Routing against a matcher written as plainly as can be.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BindingIndex, sourceOrder } from '../../src/index/binding-index.ts'
import { Dictionary } from '../../src/index/dictionary.ts'
import type { GroupNumber, TopicNumber, TypeNumber } from '../../src/model/ids.ts'
import { SectionReader, SectionWriter } from '../../src/model/section.ts'
import type { Binding, BindingSource } from '../../src/model/record.ts'
import { anyBinding } from '../support/histories.ts'
import { digestOfFold } from '../support/one-fold.ts'
import { seeded } from '../support/property.ts'

const topics = [1, 2] as TopicNumber[]
const groups = [1, 2, 3] as GroupNumber[]
const types = [1, 2, 3, 4] as TypeNumber[]

const anyChange = fc.record({
  source: fc.constantFrom(...sourceOrder),
  topic: fc.constantFrom(...topics),
  group: fc.constantFrom(...groups),
  picks: fc.array(fc.nat(1000), { maxLength: 3 }),
})

function newDictionary(): Dictionary {
  const dictionary = new Dictionary()
  for (const type of types) dictionary.add(type, new TextEncoder().encode(`type-${type}`))
  return dictionary
}

class NaiveBindings {
  readonly lists = new Map<string, readonly Binding[]>()

  of(source: BindingSource, topic: TopicNumber, group: GroupNumber): readonly Binding[] {
    return this.lists.get(`${source}/${topic}/${group}`) ?? []
  }

  first(topic: TopicNumber, group: GroupNumber, type: TypeNumber): Binding | undefined {
    const all = sourceOrder.flatMap((source) => this.of(source, topic, group))
    return all.find((binding) => matches(binding, `type-${type}`))
  }
}

function matches({ bindType, messageType }: Binding, name: string): boolean {
  if (bindType === 'fanout') return true
  if (bindType === 'direct') return messageType === name
  // The generator's patterns mean the same to JavaScript's engine.
  return messageType !== '(' && new RegExp(messageType).test(name)
}

test('routes, wants, watermarks and previews are what plain matching says', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 25 }), (changes) => {
      const index = new BindingIndex(newDictionary())
      const naive = new NaiveBindings()
      for (const { source, topic, group, picks } of changes) {
        const bindings = picks.map((pick) => anyBinding(topic, group, pick))
        const wanted = types.filter((type) => naive.first(topic, group, type) !== undefined)
        const preview = index.preview(source, topic, group, bindings, types)
        naive.lists.set(`${source}/${topic}/${group}`, bindings)
        const wants = types.filter((type) => naive.first(topic, group, type) !== undefined)
        assert.deepEqual(
          preview.parks,
          wanted.filter((type) => !wants.includes(type)),
        )
        assert.deepEqual(
          preview.unparks,
          wants.filter((type) => !wanted.includes(type)),
        )
        index.change(source, topic, group, bindings)
        check(index, naive)
      }
      const writer = new SectionWriter()
      index.save(writer)
      const loaded = new BindingIndex(newDictionary())
      loaded.load(new SectionReader(writer.finish()))
      check(loaded, naive)
      assert.equal(digestOfFold(loaded), digestOfFold(index))
    }),
    seeded('fold-bindings', 150),
  )
})

function check(index: BindingIndex, naive: NaiveBindings): void {
  for (const topic of topics) {
    for (const type of types) {
      const firsts = groups.map((group) => [group, naive.first(topic, group, type)] as const)
      const durable = firsts.filter(([, first]) => first?.persistent === true)
      const transient = firsts.filter(([, first]) => first?.persistent === false)
      assert.deepEqual(index.route(topic, type), {
        durable: durable.map(([group]) => group),
        transient: transient.map(([group]) => group),
      })
      for (const [group, first] of firsts)
        assert.equal(index.wants(topic, type, group), first !== undefined)
    }
    for (const group of groups) {
      const all = sourceOrder.flatMap((source) => naive.of(source, topic, group))
      assert.equal(index.watermarkOf(topic, group), Math.max(0, all[0]?.watermark ?? 0))
      assert.equal(index.isBound(topic, group), all.length > 0)
      for (const source of sourceOrder) {
        assert.deepEqual(index.listOf(source, topic, group), naive.of(source, topic, group))
      }
    }
  }
}
