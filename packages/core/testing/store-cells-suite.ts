import { utf8 } from '../src/bytes.js'
import { formatId } from '../src/ids.js'
import type { Store, StoredCell } from '../src/ports/store.js'
import type { ObjectId } from '../src/types.js'
import type { TestTools } from './expect-types.js'
import { ann, bob, change, collect, key, office, one, rowOf, update } from './store-fixture.js'
import type { StoreFixture } from './store-fixture.js'

/** A part of `storeSuite`: what lies beside the state rows. */
export function cellTests (withStore: (name: string, run: (store: Store, fixture: StoreFixture) => Promise<void>) => void, { expect }: Pick<TestTools, 'expect'>): void {
  withStore('cells lie beside the state, are written one by one and go with it', async store => {
    const text = (content: string, from: readonly string[]): StoredCell[] => from.map(name => ({ name, value: utf8(content + name) }))
    const names = [...Array.from({ length: 600 }, (_, i) => `cell ${i}`), '', 'ż', '\u0000', 'a/b', '\u{1f600}']
    await store.commit(one(bob, { state: utf8('s'), cells: text('1', names), put: [update(1)] }))
    await store.commit(one(ann, { state: utf8('a'), cells: [{ name: 'x', value: utf8('of ann') }] }))
    expect(await cellsOf(store, bob)).toEqual(byName(text('1', names)))
    expect(await store.state(ann)).toEqual({ row: utf8('a'), cells: [{ name: 'x', value: utf8('of ann') }] })
    await store.commit(one(bob, { cells: [{ name: 'ż', value: null }, { name: 'nowhere', value: null }, ...text('2', ['cell 7', 'new'])] }))
    const left = names.filter(name => name !== 'ż' && name !== 'cell 7')
    expect(await cellsOf(store, bob)).toEqual(byName([...text('1', left), ...text('2', ['cell 7', 'new'])]))
    expect(await rowOf(store, bob)).toEqual(utf8('s'))
    expect((await collect(store.objects())).length).toBe(2)

    await store.commit(one(bob, { state: null, cells: text('3', ['late']) }))
    expect(await store.state(bob)).toBeUndefined()
    await store.commit(one(bob, { cells: text('3', ['late']) }))
    await store.commit(one(bob, { state: utf8('again') }))
    expect(await store.state(bob)).toEqual({ row: utf8('again'), cells: [] })
  })

  withStore('cells of what is gone are not there for what comes, in the same commit and after a restart', async (store, fixture) => {
    const cells = [{ name: 'x', value: utf8('x') }]
    await store.commit({ objects: [change(bob, { state: utf8('s'), cells }), change(bob, { state: null }), change(bob, { state: utf8('t') })] }, { sync: true })
    expect(await store.state(bob)).toEqual({ row: utf8('t'), cells: [] })
    await store.commit(one(ann, { state: utf8('s'), cells }), { sync: true })
    await store.commit({ objects: [change(ann, { state: null }), change(bob, { state: null })] }, { sync: true })
    const again = await fixture.reopen()
    await again.open()
    await again.commit({ objects: [change(office, { state: utf8('o') }), change(formatId('Person', key(9)), { state: utf8('p') })] })
    expect(await again.state(office)).toEqual({ row: utf8('o'), cells: [] })
    expect(await again.state(formatId('Person', key(9)))).toEqual({ row: utf8('p'), cells: [] })
  })

  withStore('row and cells that are read are of one commit', async store => {
    const commits = Array.from({ length: 20 }, (_, i) => store.commit(one(bob, { state: utf8(`${i}`), cells: [{ name: 'x', value: utf8(`${i}`) }] })))
    const seen = await Promise.all(commits.map(async commit => {
      await commit
      return await store.state(bob)
    }))
    for (const state of seen) expect(state!.cells).toEqual([{ name: 'x', value: state!.row }])
  })
}

async function cellsOf (store: Store, object: ObjectId): Promise<StoredCell[]> {
  return byName([...(await store.state(object))!.cells])
}

function byName (cells: StoredCell[]): StoredCell[] {
  return cells.sort((a, b) => a.name < b.name ? -1 : 1)
}
