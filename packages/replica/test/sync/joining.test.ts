import { afterEach, expect, test } from '@jest/globals'
import { encode } from '@dinemic/core'
import { decodeGot, decodeObjects, encodeGot, encodeRequest } from '../../src/sync/messages.js'
import { encodeRanges } from '../../src/sync/range-messages.js'
import { liar } from '../bare-peer.js'
import { Lan, allHashes, create, nameOf, set } from '../harness.js'
import type { Peer } from '../harness.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

const OBJECTS = 220
const BULK = 'x'.repeat(20_000)
const idOf = (peer: Peer): string => peer.address.slice('memory:'.length)
const keysOf = async (peer: Peer): Promise<string[]> => await peer.store.setKeys('Person')
const pages = ({ asked }: Peer): Peer['asked'] => asked.filter(({ request }) => request.ask === 'objects')
const framesOf = (asked: Peer['asked']): number => asked.reduce((sum, { answer }) => sum + (answer === undefined ? 0 : decodeObjects(answer).frames.length), 0)

/** A peer with many objects, in several pages, some of them changed since. */
async function provider (): Promise<{ peer: Peer, objects: string[] }> {
  const peer = await lan.peer()
  const objects = await Promise.all(Array.from({ length: OBJECTS }, async (_, i) => await create(peer, { name: `Person ${i}`, bulk: BULK })))
  await Promise.all(objects.filter((_, i) => i % 5 === 0).map(async object => await set(peer, object, { name: 'changed' })))
  return { peer, objects }
}

/** Another peer that holds the same. */
async function copyOf (peer: Peer): Promise<Peer> {
  const copy = await lan.peer()
  await copy.connect(peer)
  await lan.quiet()
  lan.hub.cut(idOf(copy), idOf(peer))
  return copy
}

test('a newcomer gets whole objects, each once, the last changed first', async () => {
  const { peer, objects } = await provider()
  const newcomer = await lan.peer()
  await newcomer.connect(peer)
  await lan.quiet()
  expect(await keysOf(newcomer)).toEqual(await keysOf(peer))
  expect(new Set(await allHashes(objects[5]!, peer, newcomer)).size).toBe(1)
  expect(framesOf(pages(newcomer))).toBe((await keysOf(peer)).length)
  expect(newcomer.asked.some(({ request }) => request.ask === 'fetch' || request.ask === 'get')).toBe(false)
  const appeared = newcomer.hooks.afters.filter(({ created }) => created).map(({ object }) => object)
  const changed = new Set(objects.filter((_, i) => i % 5 === 0))
  expect(appeared.slice(0, 20).every(object => changed.has(object))).toBe(true)
  expect(newcomer.replica.sync.models).toContainEqual({ model: 'Person', have: (await keysOf(peer)).length, want: 0 })
})

test.each([[38, 2], [39, 1], [40, 2]])('of objects of several pages the last one may be full, and another such object may follow: %i updates of each of %i', async (updates, count) => {
  const { peer } = await provider()
  const large = await Promise.all(Array.from({ length: count }, async () => await create(peer, { name: 'Large' })))
  for (let i = 0; i < updates; i++) for (const object of large) await set(peer, object, { bulk: `${i} ${BULK}` })
  const newcomer = await lan.peer()
  await newcomer.connect(peer)
  await lan.quiet()
  expect(await keysOf(newcomer)).toEqual(await keysOf(peer))
  expect(framesOf(pages(newcomer))).toBe((await keysOf(peer)).length)
  expect(newcomer.reports.filter(([event]) => event === 'rejected')).toEqual([])
})

test('several providers share the work', async () => {
  const { peer } = await provider()
  const other = await copyOf(peer)
  const newcomer = await lan.peer()
  await Promise.all([newcomer.connect(peer), newcomer.connect(other)])
  await lan.quiet()
  expect(await keysOf(newcomer)).toEqual(await keysOf(peer))
  expect(framesOf(pages(newcomer))).toBe((await keysOf(peer)).length)
  const shares = [peer, other].map(from => framesOf(pages(newcomer).filter(({ to }) => to === idOf(from))))
  expect(Math.min(...shares)).toBeGreaterThan(0)
})

test('what is told of progress is true, whoever brings it: what is here, and what is left', async () => {
  const { peer } = await provider()
  const other = await copyOf(peer)
  const newcomer = await lan.peer()
  await Promise.all([newcomer.connect(peer), newcomer.connect(other)])
  await lan.quiet()
  const count = (await keysOf(peer)).length
  const told = newcomer.reports.flatMap(([event, payload]) => event === 'sync' ? [payload as { peer: string, have: number, want: number }] : [])
  const onTheWay = told.filter(({ want }) => want > 0)
  expect(onTheWay.length).toBeGreaterThan(2)
  for (const { have, want } of onTheWay) expect(have + want).toBe(count)
  for (const from of [peer, other]) expect(told.filter(({ peer: id }) => id === idOf(from)).at(-1)).toMatchObject({ have: count, want: 0 })
})

test('interrupted, it goes on where it stopped, with another provider', async () => {
  const { peer } = await provider()
  const other = await copyOf(peer)
  const newcomer = await lan.peer()
  const stopped = new Promise<void>(resolve => {
    newcomer.replica.onCommit(() => {
      if (pages(newcomer).length < 3) return
      lan.hub.cut(idOf(newcomer), idOf(peer))
      resolve()
    })
  })
  await newcomer.connect(peer)
  await stopped
  await lan.quiet()
  const all = await keysOf(peer)
  const had = (await keysOf(newcomer)).length
  expect(had).toBeGreaterThan(0)
  expect(had).toBeLessThan(all.length)
  const before = newcomer.asked.length
  await newcomer.connect(other)
  await lan.quiet()
  expect(await keysOf(newcomer)).toEqual(all)
  const again = framesOf(pages({ ...newcomer, asked: newcomer.asked.slice(before) }))
  expect(again).toBeLessThanOrEqual(all.length - had + 110) // the pages that were under way
})

test('a node that starts anew in the middle gets the rest, not all again', async () => {
  const { peer } = await provider()
  const all = await keysOf(peer)
  const store = (await lan.peer()).store
  const first = await lan.peer({ store })
  for (const key of all.slice(0, 100)) await lan.tell(first, 'Person', (await peer.store.update(key.slice(12)))!.frame)
  const had = (await keysOf(first)).length
  await first.stop()
  const second = await lan.peer({ store })
  await second.connect(peer)
  await lan.quiet()
  expect(await keysOf(second)).toEqual(all)
  const got = second.asked.reduce((sum, { request, answer }) => request.ask === 'fetch' ? sum + decodeGot(answer!).frames.length : sum, 0)
  expect(got).toBe(all.length - had)
})

/** What a peer told of progress while something was on the way. */
const wantsOf = ({ reports }: Peer): { have: number, want: number }[] => reports.flatMap(([event, payload]) => event === 'sync' ? [payload as { have: number, want: number }] : []).filter(({ want }) => want > 0)

test('a node that starts anew in the middle is told of all that is left, not of what is fetched next', async () => {
  const peer = await lan.peer()
  await Promise.all(Array.from({ length: 2600 }, async (_, i) => await create(peer, { name: `Person ${i}` })))
  const all = await keysOf(peer)
  const second = await lan.peer()
  const frames = await Promise.all(all.slice(0, 400).map(async key => (await peer.store.update(key.slice(12)))!.frame))
  await lan.tell(second, 'Person', ...frames)
  await second.connect(peer)
  await lan.quiet()
  expect(await keysOf(second)).toEqual(all)
  expect(pages(second)).toEqual([])
  const told = wantsOf(second)
  expect(told[0]).toMatchObject({ have: 400, want: 2200 })
  for (const { have, want } of told) expect(have + want).toBe(all.length)
  expect(second.replica.sync.models).toEqual([{ model: 'Person', have: all.length, want: 0 }])
}, 20_000)

test('what was refused on a connection is not said to be on the way again', async () => {
  const [maker, picky] = [await lan.peer(), await lan.peer({ admit: () => false })]
  for (let i = 0; i < 11; i++) await create(maker, { name: `Person ${i}` })
  const frames = await Promise.all((await keysOf(maker)).map(async key => (await maker.store.update(key.slice(12)))!.frame))
  const ids = frames.map((_, i) => i.toString(16).padStart(16, '0'))
  let count = 10
  const { network } = await liar(lan.hub, {
    claim: () => ({ time: Date.now(), count, print: count.toString(16).padStart(16, '0') }),
    answer: request => request.ask === 'ranges'
      ? encodeRanges(request.prefixes, request.prefixes.map(() => ({ ids: ids.slice(0, count) })))
      : request.ask === 'fetch' ? encodeGot(request.wanted[0]!.shortIds.length, request.wanted[0]!.shortIds.map(id => frames[ids.indexOf(id)]!)) : encode([])
  })
  await network.connect(picky.address)
  await lan.quiet()
  expect(wantsOf(picky)).toMatchObject([{ want: 10 }])
  count = 11
  await network.request(nameOf(picky), encodeRequest({ ask: 'news' }))
  await lan.quiet()
  expect(wantsOf(picky)).toMatchObject([{ want: 10 }, { want: 1 }])
})

test('a provider that sends nonsense holds up nobody: what it was to bring, another brings', async () => {
  const { peer } = await provider()
  const newcomer = await lan.peer()
  const print = { count: 1000, print: '00'.repeat(8) }
  const { network } = await liar(lan.hub, {
    claim: () => ({ time: Date.now(), ...print }),
    answer: request => request.ask === 'ranges'
      ? encodeRanges(request.prefixes, request.prefixes.map(prefix => ({ parts: ['0', '8'].map(digit => ({ prefix: prefix + digit, ...print })) })))
      : Uint8Array.of(1, 2, 3)
  })
  await network.connect(newcomer.address)
  await newcomer.connect(peer)
  await lan.quiet()
  expect(await keysOf(newcomer)).toEqual(await keysOf(peer))
  expect(newcomer.replica.sync.peers).toContainEqual(expect.objectContaining({ peer: network.id, result: 'failed' }))
})

/** When a node has so many updates of Person. */
async function here (peer: Peer, count: number): Promise<void> {
  await new Promise<void>(resolve => {
    const look = (): void => { void keysOf(peer).then(keys => { if (keys.length >= count) resolve() }) }
    peer.replica.onCommit(look)
    look()
  })
}

test.each(['ranges', 'objects'] as const)('a provider that never answers when asked for %s holds up nobody for long', async silence => {
  const { peer } = await provider()
  const newcomer = await lan.peer()
  const print = { count: 1000, print: '00'.repeat(8) }
  const { network } = await liar(lan.hub, {
    claim: () => ({ time: Date.now(), ...print }),
    answer: async request => request.ask === 'ranges' && silence !== 'ranges'
      ? encodeRanges(request.prefixes, request.prefixes.map(() => ({ parts: ['0', '8'].map(digit => ({ prefix: digit, ...print })) })))
      : await new Promise(() => {})
  })
  await network.connect(newcomer.address)
  await newcomer.connect(peer)
  await here(newcomer, (await keysOf(peer)).length)
  expect(await keysOf(newcomer)).toEqual(await keysOf(peer))
})

test('who has little itself is not asked for whole objects by one who fetches them from others', async () => {
  const { peer } = await provider()
  const [newcomer, other] = [await lan.peer(), await lan.peer()]
  await create(other, { name: 'the only one' })
  await Promise.all([newcomer.connect(peer), newcomer.connect(other)])
  await lan.quiet()
  expect(await keysOf(newcomer)).toHaveLength((await keysOf(peer)).length)
  expect(pages(newcomer).filter(({ to }) => to === idOf(other))).toEqual([])
})

test.each([[100], [500]])('what a node keeps out by its own rules, %i objects, hides nothing that is older', async refused => {
  const peer = await lan.peer()
  const wanted = [await create(peer, { name: 'one' }), await create(peer, { name: 'other' })]
  await Promise.all(Array.from({ length: refused }, async () => await create(peer, { bulk: BULK })))
  await create(peer, { name: 'the newest' })
  const newcomer = await lan.peer({ admit: ({ id }) => wanted.includes(id) })
  await newcomer.connect(peer)
  await here(newcomer, wanted.length)
  expect((await keysOf(newcomer)).length).toBe(wanted.length)
  const fetched = newcomer.asked.reduce((sum, { request, answer }) => request.ask === 'fetch' ? sum + decodeGot(answer!).frames.length : sum, framesOf(pages(newcomer)))
  expect(fetched).toBeLessThanOrEqual((await keysOf(peer)).length + 15) // each once, but for a page that was under way
})
