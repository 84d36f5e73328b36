import { afterEach, expect, test } from '@jest/globals'
import type { Operation } from '@dinemic/core'
import { Sealed } from '@dinemic/core'
import { Lan, create, provider, read, set } from './harness.js'
import { Sealer, clearlyShown } from '../src/author/sealing.js'
import { splitOperations } from '../src/author/split.js'
import { Breath } from '../src/breath.js'
import { CountingPlatform } from './counting-platform.js'

const lan = new Lan()
afterEach(async () => { await lan.stop() })

const puts = (count: number): Operation[] => Array.from({ length: count }, (_, i) => ({ op: 'put', field: 'phones', key: `${i}`, value: `number ${i}` }))

test('a name of an encrypted field seals what stands in it, but for what the same save writes', async () => {
  const owner = await lan.peer()
  const bob = await create(owner, { name: 'Bob', phones: 'none' })
  await set(owner, bob, {}, { operations: puts(1500) })
  await set(owner, bob, {}, { operations: [{ op: 'put', field: 'phones', key: '7', value: 'secret' }], encrypted: ['phones'] })
  const { dict, register } = (await owner.replica.state(bob))!.fields.get('phones')!
  expect([...dict.values(), register].map(values => values.map(({ value }) => value instanceof Sealed))).toEqual(Array.from({ length: 1501 }, () => [true]))
  expect(await read(owner, bob, 'phones')).toBe('none')
})

test('sealing, splitting and finding what is in the clear let others have their turn', async () => {
  const platform = new CountingPlatform()
  const turns = async (work: (breath: Breath) => Promise<unknown>): Promise<number> => {
    platform.pauses = 0
    await work(new Breath(platform))
    return platform.pauses
  }
  const owner = await lan.peer()
  const object = await create(owner, {})
  await set(owner, object, {}, { operations: puts(2000) })
  const state = (await owner.replica.state(object))!
  const epoch = { id: 'aa'.repeat(32), seed: new Uint8Array(32).fill(1) }
  const sealer = new Sealer({ provider, random: length => platform.random(length), object, writer: { id: object, seed: epoch.seed } })
  expect(await turns(async breath => await breath.all(clearlyShown(state, 'phones', [])))).toBe(7)
  expect(await turns(async breath => await breath.all(sealer.seal(puts(2000), new Set(['phones']), epoch)))).toBe(7)
  expect(await turns(async breath => await breath.through(splitOperations(puts(2000))))).toBe(1)
})
