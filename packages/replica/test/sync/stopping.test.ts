import { afterEach, expect, test } from '@jest/globals'
import { Lan, allHashes, create, set } from '../harness.js'
import type { Peer } from '../harness.js'
import { stored } from '../attacks/attacker.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

/** Objects that are taken side by side. */
const TOGETHER = 32

/** A node whose hooks take until they are let go; `asked` resolves when the first is asked. */
async function slow (): Promise<{ peer: Peer, asked: Promise<void>, letGo: () => void }> {
  const peer = await lan.peer()
  let letGo = (): void => {}
  const gate = new Promise<void>(resolve => { letGo = resolve })
  const asked = new Promise<void>(resolve => {
    peer.hooks.onBefore = async () => {
      resolve()
      await gate
    }
  })
  return { peer, asked, letGo }
}

async function again ({ store, keys }: Peer, from: Peer): Promise<Peer> {
  const peer = await lan.peer({ store, keys })
  await peer.connect(from)
  await lan.quiet()
  return peer
}

test('a node that is stopped in the middle of a join asks its hooks about no more, and gets the rest after its next start', async () => {
  const source = await lan.peer()
  const objects = await Promise.all(Array.from({ length: 300 }, async (_, i) => await create(source, { name: `Person ${i}` })))
  const { peer, asked, letGo } = await slow()
  await peer.connect(source)
  await asked
  const stopped = peer.stop()
  letGo()
  await stopped
  expect(peer.hooks.befores.length).toBeLessThanOrEqual(TOGETHER)
  expect(peer.reports.filter(([event]) => event === 'rejected' || event === 'error')).toEqual([])
  const next = await again(peer, source)
  for (const object of objects) expect(new Set(await allHashes(object, source, next)).size).toBe(1)
})

test.each(['a comparison', 'one message', 'a message each'])('what came of one object by %s is left too, but for the update that hooks are asked about', async by => {
  const source = await lan.peer()
  const object = await create(source, { name: 'Bob' })
  for (let i = 0; i < 20; i++) await set(source, object, { name: `Bob ${i}` })
  const { peer, asked, letGo } = await slow()
  const frames = (await stored(source, object)).map(({ frame }) => frame)
  const told = by === 'a comparison' ? peer.connect(source) : by === 'one message' ? lan.tell(peer, 'Person', ...frames) : Promise.all(frames.map(async frame => { await lan.tell(peer, 'Person', frame) }))
  await asked
  const stopped = peer.stop()
  letGo()
  await stopped
  await told
  expect(peer.hooks.befores).toHaveLength(1)
  expect(await stored(peer, object)).toHaveLength(1)
  expect(peer.reports.filter(([event]) => event === 'rejected' || event === 'error')).toEqual([])
  const next = await again(peer, source)
  expect(new Set(await allHashes(object, source, next)).size).toBe(1)
})
