import { afterEach, expect, test } from '@jest/globals'
import { Lan, allHashes, create, nameOf, newKey, set } from './harness.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

test('what one close revokes is admitted after all when another close names it', async () => {
  const [first, second, writer, late] = [await lan.peer(), await lan.peer(), await lan.peer(), await lan.peer()]
  const caller = await newKey(writer.keys, 'Person')
  const bob = await create(first, { name: 'Bob' }, { grants: [{ subject: caller, right: 'update' }] })
  await writer.connect(first)
  await late.connect(first)
  await writer.replica.wait(bob)
  await second.connect(first)
  await second.replica.adopt(bob, (await first.keys.get(bob))!)
  await lan.quiet()

  // The second device hears what the caller writes, the first doesn't: one close names it, the other revokes it.
  for (const peer of [second, writer, late]) lan.hub.cut(nameOf(first), nameOf(peer))
  await second.connect(writer)
  const [written] = await set(writer, bob, { name: 'Robert' }, { caller })
  await lan.quiet()
  lan.hub.cut(nameOf(second), nameOf(writer))
  for (const owner of [first, second]) await set(owner, bob, {}, { revokes: [{ subject: caller, rights: ['update'] }] })

  lan.hub.heal(nameOf(first), nameOf(late))
  await lan.quiet()
  await late.connect(writer)
  await lan.quiet()
  expect(await late.replica.explain(written!)).toMatchObject({ is: 'refused' })

  await late.connect(second)
  await lan.quiet()
  expect(await late.replica.explain(written!)).toMatchObject({ is: 'revoked' })
  expect(new Set(await allHashes(bob, late, second)).size).toBe(1)
})
