import { afterEach, expect, test } from '@jest/globals'
import { Lan, allowsLan } from '../../../../tools/lan.js'
import type { Content } from './lan/item.js'
import { Stage, type Member } from './lan/stage.js'

const BY_HAND = { discovery: false } as const

let end = async (): Promise<void> => {}
afterEach(async () => { await end() })

const testOnLan = allowsLan() ? test : test.skip

/** Five hosts, three on one switch and two on another. */
function onLan (run: (stage: Stage, lan: Lan) => Promise<void>): () => Promise<void> {
  return async () => {
    const lan = new Lan(3, 2)
    const stage = new Stage(lan)
    end = async () => {
      await stage.end()
      lan.remove()
    }
    await run(stage, lan)
  }
}

testOnLan('five hosts meet by mDNS, and what one of them creates is at all', onLan(async stage => {
  const members = await stage.raiseAll()
  await stage.meet(members)
  const id = await members[0]!.host.ask('create', { name: 'first' })
  const content = await stage.agree(shown => id in shown)
  expect(content[id]).toMatchObject({ name: 'first', visits: 0 })
}))

testOnLan('along a chain A-B-C-D-E updates, grants and closes go all the way, and back', onLan(async stage => {
  const members = await stage.raiseAll(BY_HAND)
  await chain(stage, members)
  const [a, e] = [members[0]!.host, members[4]!.host]

  const chief = await e.ask('create', { name: 'chief' })
  const worker = await a.ask('create', { name: 'worker', secret: '1234' }, [chief])
  await stage.agree(shown => chief in shown && worker in shown)
  expect(await e.ask('secret', worker, chief)).toBe('1234')
  await e.ask('edit', worker, { values: { note: 'by the chief', secret: '1500' }, push: 'lead' }, chief)
  await stage.agree(shown => shown[worker]!.note === 'by the chief')
  expect(await a.ask('secret', worker, worker)).toBe('1500')

  await a.ask('revoke', worker, chief)
  await a.ask('edit', worker, { values: { secret: '2000' } })
  await stage.agree(shown => shown[worker]!.writers.length === 0 && shown[worker]!.updates.length > 5)
  await expect(e.ask('edit', worker, { values: { note: 'again' } }, chief)).rejects.toMatchObject({ code: 'ORM_NOT_AUTHORIZED' })
  await expect(e.ask('secret', worker, chief)).rejects.toMatchObject({ code: 'ORM_FIELD_SEALED' })
}))

testOnLan('a chain that was cut in the middle is whole again once it is mended, although nobody calls', onLan(async (stage, lan) => {
  const members = await stage.raiseAll(BY_HAND)
  await chain(stage, members)
  lan.trunk('down')
  await peers(stage, members, '1,2,1,1,1')
  const created = await Promise.all(members.map(async ({ host }, i) => await host.ask('create', { name: `alone ${i}` })))
  lan.trunk('up')
  const content = await stage.agree(shown => created.every(id => id in shown))
  expect(Object.keys(content)).toHaveLength(5)
}))

testOnLan('two halves write on while the cable between them is cut, and are one again when it is mended', onLan(async (stage, lan) => {
  const members = await stage.raiseAll()
  await stage.meet(members)
  const { owner, writer, chief, item } = await shared(stage, members)

  lan.trunk('down')
  await stage.meet(members.slice(0, 3), members.slice(3))
  await owner.ask('edit', item, { values: { name: 'left', note: 'left' }, push: 'left', phone: ['desk', 'left'], visit: 2 })
  await writer.ask('edit', item, { values: { name: 'right' }, push: 'right', phone: ['home', 'right'], visit: 3 }, chief)
  const created = [await owner.ask('create', { name: 'left' }), await writer.ask('create', { name: 'right' })]

  lan.trunk('up')
  const content = await stage.agree(shown => created.every(id => id in shown) && shown[item]!.visits === 5)
  expect(content[item]).toMatchObject({ note: 'left', phones: { desk: 'left', home: 'right' } })
  expect(['left', 'right']).toContain(content[item]!.name)
  expect([...content[item]!.tags].sort()).toEqual(['left', 'right'])
  await stage.meet(members)
}))

testOnLan('a host whose cable is out for a moment misses nothing', onLan(async (stage, lan) => {
  const members = await stage.raiseAll()
  await stage.meet(members)
  const { owner, writer, chief, item } = await shared(stage, members)

  lan.cable(4, 'down')
  await owner.ask('edit', item, { values: { name: 'here' }, visit: 1 })
  await writer.ask('edit', item, { values: { note: 'there' }, visit: 1 }, chief)
  lan.cable(4, 'up')
  const content = await stage.agree(shown => shown[item]!.visits === 2)
  expect(content[item]).toMatchObject({ name: 'here', note: 'there' })
}))

testOnLan('a burst gets everywhere although 5 % of all packets are lost and the halves are 50 ms apart', onLan(async (stage, lan) => {
  if (!lan.lose(5)) return
  const members = await stage.raiseAll(BY_HAND)
  const [a, b, c, d, e] = members as [Member, Member, Member, Member, Member]
  await Promise.all([b.host.ask('connect', a.address), c.host.ask('connect', b.address), e.host.ask('connect', d.address)])
  await d.host.ask('connect', await stage.delayed(c, 50))

  const burst = async ({ host }: Member): Promise<void> => {
    const id = await host.ask('create', { name: 'burst' })
    await Promise.all(Array.from({ length: 20 }, async (_, i) => {
      await host.ask('create', { name: `burst ${i}` })
      await host.ask('edit', id, { push: `${i}`, visit: 1 })
    }))
  }
  await Promise.all([burst(a), burst(e)])
  const content = await stage.agree(shown => Object.keys(shown).length === 42 && total(shown) === 40)
  expect(Object.values(content).filter(({ tags }) => tags.length === 20)).toHaveLength(2)
  expect(Math.min(...lan.lost())).toBeGreaterThan(0)
}))

testOnLan('a host that is killed is replaced by an empty one, another comes back on its old disk; both get everything', onLan(async stage => {
  const members = await stage.raiseAll()
  await stage.meet(members)
  const { owner, chief, item } = await shared(stage, members)
  await stage.kill(members[2]!)
  await stage.kill(members[4]!)
  await owner.ask('edit', item, { values: { name: 'meanwhile' }, visit: 1 })

  const fresh = await stage.raise(2, { directory: 'fresh' })
  const back = await stage.raise(4)
  expect([fresh.id, back.id].map(id => members.some(member => member.id === id))).toEqual([false, true])
  await stage.agree(shown => shown[item]?.name === 'meanwhile' && chief in shown)

  // Only that disk has the private key of the chief.
  await back.host.ask('edit', item, { values: { note: 'back' } }, chief)
  const content = await stage.agree(shown => shown[item]!.note === 'back')
  expect(content[item]).toMatchObject({ name: 'meanwhile', visits: 1 })
}))

testOnLan('a host that gets another address is found again', onLan(async (stage, lan) => {
  const members = await stage.raiseAll()
  await stage.meet(members)
  const { owner, writer, chief, item } = await shared(stage, members)

  lan.renumber(4, 5, 55)
  await owner.ask('edit', item, { values: { name: 'to the moved' } })
  await writer.ask('edit', item, { values: { note: 'from the moved' } }, chief)
  const content = await stage.agree(shown => shown[item]!.name === 'to the moved' && shown[item]!.note === 'from the moved')
  expect(Object.keys(content)).toHaveLength(2)
  await stage.meet(members)
}))

async function chain (stage: Stage, members: readonly Member[]): Promise<void> {
  for (const [i, { host }] of members.slice(1).entries()) await host.ask('connect', members[i]!.address)
  await peers(stage, members, '1,2,2,2,1')
}

/** Resolves when the hosts are connected to so many others. */
async function peers (stage: Stage, members: readonly Member[], wanted: string): Promise<void> {
  await stage.until(async () => {
    const counts = await Promise.all(members.map(async ({ host }) => (await host.ask('peers')).length))
    return counts.join() === wanted ? undefined : `connected to ${counts.join()} peers`
  })
}

/** An object of the first host, which the last one may write in the name of another. */
async function shared (stage: Stage, members: readonly Member[]) {
  const [owner, writer] = [members[0]!.host, members[4]!.host]
  const chief = await writer.ask('create', { name: 'chief' })
  const item = await owner.ask('create', { name: 'item' }, [chief])
  await stage.agree(shown => chief in shown && item in shown)
  return { owner, writer, chief, item }
}

function total (content: Content): number {
  return Object.values(content).reduce((sum, { visits }) => sum + visits, 0)
}
