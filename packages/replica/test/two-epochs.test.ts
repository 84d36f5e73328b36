import { afterEach, expect, test } from '@jest/globals'
import { Lan, create, nameOf, newKey, read, set } from './harness.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

test('a reader opens what two devices sealed, each under an epoch of its own', async () => {
  const [first, second, third] = [await lan.peer(), await lan.peer(), await lan.peer()]
  await second.connect(first)
  await third.connect(first)
  const bob = await create(first, { name: 'Bob' })
  await second.replica.adopt(bob, (await first.keys.get(bob))!)
  const reader = await newKey(third.keys, 'Person')

  lan.hub.cut(nameOf(first), nameOf(second))
  await set(first, bob, { salary: 1 }, { encrypted: ['salary'] })
  await set(second, bob, { notes: 'two' }, { encrypted: ['notes'] })
  lan.hub.heal()
  await lan.quiet()
  await set(first, bob, {}, { grants: [{ subject: reader, right: 'read' }] })
  await lan.quiet()

  expect(await read(third, bob, 'salary', reader)).toBe(1)
  expect(await read(third, bob, 'notes', reader)).toBe('two')
})
