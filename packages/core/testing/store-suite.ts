import { utf8 } from '../src/bytes.js'
import { formatId } from '../src/ids.js'
import type { Commit, SetScan, Store, StoredUpdate, UpdatesPart } from '../src/ports/store.js'
import type { TestTools } from './expect-types.js'
import { cellTests } from './store-cells-suite.js'
import { ann, bob, change, collect, idOf, item, key, office, one, rowOf, update } from './store-fixture.js'
import type { StoreFixture } from './store-fixture.js'

/** What every `Store` must do. An adapter's test is one call to this. */
export function storeSuite ({ test, expect }: TestTools, makeStore: () => Promise<StoreFixture>): void {
  /** A test with an open store of its own. */
  function withStore (name: string, run: (store: Store, fixture: StoreFixture) => Promise<void>): void {
    test(name, async () => {
      const fixture = await makeStore()
      try {
        await fixture.store.open()
        await run(fixture.store, fixture)
      } finally {
        await fixture.dispose()
      }
    })
  }

  withStore('an empty store has nothing', async store => {
    expect(await rowOf(store, bob)).toBeUndefined()
    expect(await store.updates(bob)).toEqual([])
    expect(await store.update(idOf(1))).toBeUndefined()
    expect(await store.has(idOf(1))).toBe(false)
    expect(await collect(store.objects())).toEqual([])
    expect(await collect(store.reconciled('Person'))).toEqual([])
    expect(await store.models()).toEqual([])
    expect(await store.setting('cursor')).toBeUndefined()
    expect(await store.pendingEvents()).toEqual([])
  })

  withStore('a commit shows in every view', async store => {
    await store.commit(one(bob, { state: utf8('state'), put: [update(1)] }))
    expect(await rowOf(store, bob)).toEqual(utf8('state'))
    expect(await store.updates(bob)).toEqual([update(1)])
    expect(await store.update(idOf(1))).toEqual({ object: bob, ...update(1) })
    expect(await store.has(idOf(1))).toBe(true)
    expect(await collect(store.objects())).toEqual([bob])
    expect(await collect(store.reconciled('Person'))).toEqual([{ millis: 1001, id: idOf(1), object: bob }])
    expect(await store.models()).toEqual(['Person'])
  })

  withStore('updates come in the order of their commits, and of their places in one', async store => {
    const expected: StoredUpdate[] = []
    for (let i = 200; i > 0; i -= 2) {
      const pair = [update(i), update(i - 1)]
      await store.commit(one(bob, { put: pair }))
      expected.push(...pair)
    }
    expect(await store.updates(bob)).toEqual(expected)
  })

  withStore('updates come in parts, each at least one and as many as the bytes allow, with holes between them', async store => {
    expect(await store.updatesFrom(bob, { place: 0, bytes: 100 })).toEqual({ updates: [], next: null })
    const all = Array.from({ length: 600 }, (_, i) => update(i))
    await store.commit(one(bob, { put: all }))
    await store.commit(one(bob, { drop: all.filter((_, i) => i % 7 === 3).map(({ id }) => id) }))
    const left = all.filter((_, i) => i % 7 !== 3)
    const size = left[0]!.frame.length
    for (const [bytes, most] of [[1, 1], [size, 1], [10 * size, 11], [Infinity, 600]] as const) {
      const found: StoredUpdate[] = []
      for (let place: number | null = 0; place !== null;) {
        const part: UpdatesPart = await store.updatesFrom(bob, { place, bytes })
        expect(part.updates.length > 0 && part.updates.length <= most).toBe(true)
        expect(part.next === null || part.next > place).toBe(true)
        found.push(...part.updates)
        place = part.next
      }
      expect(found).toEqual(left)
    }
  })

  withStore('an update that is there already is left alone, in the same commit too', async store => {
    const other = { ...update(1), frame: utf8('other'), millis: 5 }
    await store.commit(one(bob, { put: [update(1), other] }))
    await store.commit(one(bob, { put: [update(2), other] }))
    expect(await store.updates(bob)).toEqual([update(1), update(2)])
    expect(await collect(store.reconciled('Person'))).toEqual([item(bob, 1), item(bob, 2)])
  })

  withStore('ids that begin alike are told apart', async store => {
    const twin = { ...update(1), id: idOf(1).slice(0, 60) + 'ffff', frame: utf8('twin') }
    await store.commit(one(bob, { put: [update(1)] }))
    expect(await store.has(twin.id)).toBe(false)
    await store.commit(one(ann, { put: [twin] }))
    expect(await store.update(idOf(1))).toEqual({ object: bob, ...update(1) })
    expect(await store.update(twin.id)).toEqual({ object: ann, ...twin })
    await store.commit(one(bob, { drop: [idOf(1)] }))
    expect(await store.has(idOf(1))).toBe(false)
    expect(await store.update(twin.id)).toEqual({ object: ann, ...twin })
  })

  withStore('dropped updates leave the store and the reconciled set; unknown ones are passed over', async store => {
    await store.commit(one(bob, { state: utf8('s'), put: [update(1), update(2), update(3)] }))
    await store.commit(one(bob, { drop: [idOf(1), idOf(3), idOf(9)] }))
    expect(await store.updates(bob)).toEqual([update(2)])
    expect(await store.has(idOf(1))).toBe(false)
    expect(await store.update(idOf(3))).toBeUndefined()
    expect(await collect(store.reconciled('Person'))).toEqual([item(bob, 2)])
    await store.commit(one(bob, { put: [update(1)] }))
    expect(await store.updates(bob)).toEqual([update(2), update(1)])
    expect(await rowOf(store, bob)).toEqual(utf8('s'))
  })

  withStore('an update is dropped only in the name of its object', async store => {
    await store.commit({ objects: [change(bob, { put: [update(1)] }), change(ann, { put: [update(2)] })] })
    await store.commit(one(ann, { drop: [idOf(1)] }))
    expect(await store.has(idOf(1))).toBe(true)
  })

  withStore('what is replaced by a tombstone leaves nothing but it', async store => {
    await store.commit(one(bob, { state: utf8('s'), put: [update(1), update(2)] }))
    await store.commit(one(bob, { state: utf8('gone'), put: [update(3)], drop: [idOf(1), idOf(2)] }))
    expect(await store.updates(bob)).toEqual([update(3)])
    expect(await collect(store.reconciled('Person'))).toEqual([item(bob, 3)])
    expect(await store.update(idOf(3))).toEqual({ object: bob, ...update(3) })
  })

  withStore('state: undefined leaves the row, null deletes it, an empty one is a state', async store => {
    await store.commit(one(bob, { state: new Uint8Array(), put: [update(1)] }))
    expect(await rowOf(store, bob)).toEqual(new Uint8Array())
    await store.commit(one(bob, { put: [update(2)] }))
    expect(await rowOf(store, bob)).toEqual(new Uint8Array())
    await store.commit(one(bob, { state: null }))
    expect(await rowOf(store, bob)).toBeUndefined()
    expect(await collect(store.objects())).toEqual([])
    expect(await store.updates(bob)).toEqual([update(1), update(2)])
    expect(await store.models()).toEqual(['Person'])
    await store.commit(one(bob, { drop: [idOf(1), idOf(2)] }))
    expect(await store.models()).toEqual([])
  })

  cellTests(withStore, { expect })

  withStore('a model whose objects have updates or a state alone is listed', async store => {
    await store.commit({ objects: [change(office, { state: utf8('s') }), change(bob, { put: [update(1)] })] })
    expect(await store.models()).toEqual(['Company', 'Person'])
    expect(await collect(store.objects())).toEqual([office])
  })

  withStore('objects come in byte order of model and key', async store => {
    const ids = [9, 2, 200, 5, 255, 77].map(fill => formatId('Person', key(fill)))
    const others = ['Person2', 'Perso', 'PersonA', 'Z', 'a'].map(model => formatId(model, key(1)))
    for (const id of [...ids, ...others]) await store.commit(one(id, { state: utf8(id) }))
    const people = [2, 5, 9, 77, 200, 255].map(fill => formatId('Person', key(fill)))
    const all = [others[1], ...people, others[0], others[2], others[3], others[4]]
    expect(await collect(store.objects({ model: 'Person' }))).toEqual(people)
    expect(await collect(store.objects())).toEqual(all)
    expect(await collect(store.objects({ model: 'Person', after: people[1]!, limit: 3 }))).toEqual(people.slice(2, 5))
    expect(await collect(store.objects({ after: people[5]!, limit: 1 }))).toEqual([others[0]])
    expect(await collect(store.objects({ limit: 0 }))).toEqual([])
    expect(await store.models()).toEqual(['Perso', 'Person', 'Person2', 'PersonA', 'Z', 'a'])
  })

  withStore('a scan resumes after an object that is not there', async store => {
    await store.commit({ objects: [change(ann, { state: utf8('a') }), change(formatId('Person', key(3)), { state: utf8('c') })] })
    expect(await collect(store.objects({ after: bob }))).toEqual([formatId('Person', key(3))])
  })

  withStore('the reconciled set is ordered by millis, then by id', async store => {
    const at = (millis: number, n: number): StoredUpdate => ({ ...update(n), millis })
    const latest = 2 ** 48 - 1
    await store.commit(one(bob, { put: [at(300, 1), at(5, 9), at(300, 0), at(latest, 4)] }))
    await store.commit(one(ann, { put: [at(300, 3), at(0, 8), at(256, 5)] }))
    await store.commit(one(office, { put: [at(300, 2)] }))
    const set = [[0, 8, ann], [5, 9, bob], [256, 5, ann], [300, 0, bob], [300, 1, bob], [300, 3, ann], [latest, 4, bob]] as const
    const items = set.map(([millis, n, object]) => ({ millis, id: idOf(n), object }))
    expect(await collect(store.reconciled('Person'))).toEqual(items)
    expect(await collect(store.reconciled('Person', { from: { millis: 300, id: idOf(0) }, limit: 2 }))).toEqual(items.slice(4, 6))
    expect(await collect(store.reconciled('Person', { from: { millis: 6, id: idOf(0) }, limit: 1 }))).toEqual(items.slice(2, 3))
    expect(await collect(store.reconciled('Person', { limit: 0 }))).toEqual([])
    expect(await collect(store.reconciled('Company'))).toEqual([{ millis: 300, id: idOf(2), object: office }])
  })

  withStore('a part of the reconciled set, in both directions, by object or by key', async store => {
    const id = (head: string): string => head.padEnd(64, '0')
    const at = (millis: number, head: string): StoredUpdate => ({ id: id(head), millis, frame: utf8(head) })
    await store.commit(one(bob, { put: [at(0x100, 'a1'), at(0x100, 'ab'), at(0x100, 'b0'), at(0x10f, 'ff'), at(0x110, 'a1ff')] }))
    await store.commit(one(office, { put: [at(0x100, 'a2')] }))
    const ids = async (scan: SetScan): Promise<string[]> => (await collect(store.reconciled('Person', scan))).map(item => item.id.slice(0, 4))
    const time = '000000000'
    expect(await ids({ prefix: time + '10' })).toEqual(['a100', 'ab00', 'b000', 'ff00'])
    expect(await ids({ prefix: time + '100a' })).toEqual(['a100', 'ab00'])
    expect(await ids({ prefix: time + '100a', reverse: true })).toEqual(['ab00', 'a100'])
    expect(await ids({ reverse: true, limit: 2 })).toEqual(['a1ff', 'ff00'])
    expect(await ids({ prefix: time + '1', reverse: true, from: { millis: 0x100, id: id('b') }, limit: 1 })).toEqual(['ab00'])
    expect(await ids({ prefix: time + '10', from: { millis: 0x100, id: id('b') } })).toEqual(['ff00'])
    expect(await ids({ prefix: time + '11', from: { millis: 0x100, id: id('b') } })).toEqual(['a1ff'])
    expect(await ids({ prefix: time + '10', reverse: true, from: { millis: 0x200, id: id('b') }, limit: 1 })).toEqual(['ff00'])
    expect(await ids({ prefix: time + '2' })).toEqual([])
    expect(await store.setKeys('Person', { prefix: time + '100a' })).toEqual([time + '100' + id('a1'), time + '100' + id('ab')])
    expect(await store.setKeys('Person', { prefix: time + '100' + id('b') })).toEqual([time + '100' + id('b')])
    expect(await store.setKeys('Person', { reverse: true, limit: 1 })).toEqual([time + '110' + id('a1ff')])
    expect((await store.setKeys('Person')).length).toBe(5)
    expect(await store.setKeys('Perso')).toEqual([])
  })

  withStore('long scans are whole', async store => {
    const objects = Array.from({ length: 700 }, (_, i) => change(formatId('Person', key(i % 250, i)), { state: utf8('s'), put: [update(i)] }))
    await store.commit({ objects })
    expect((await collect(store.objects({ model: 'Person' }))).length).toBe(700)
    expect((await collect(store.reconciled('Person'))).map(row => row.id)).toEqual(objects.map((_, i) => idOf(i)))
  })

  withStore('a scan may be left early, and sees no half of a commit made meanwhile', async store => {
    await store.commit({ objects: [change(bob, { state: utf8('s') }), change(ann, { state: utf8('s') })] })
    for await (const id of store.objects()) {
      await store.commit(one(office, { state: utf8('new') }))
      expect(id).toBe(ann)
      break
    }
    expect((await collect(store.objects())).length).toBe(3)
  })

  withStore('one commit may name an object twice and several objects', async store => {
    await store.commit({
      objects: [
        change(bob, { state: utf8('1'), put: [update(1)] }), change(ann, { state: utf8('a'), put: [update(2)] }),
        change(bob, { state: utf8('2'), put: [update(3)], drop: [idOf(1)] })
      ]
    })
    expect(await rowOf(store, bob)).toEqual(utf8('2'))
    expect(await store.updates(bob)).toEqual([update(3)])
    expect(await store.updates(ann)).toEqual([update(2)])
  })

  withStore('a commit that is refused writes nothing', async store => {
    const good = change(bob, { state: utf8('s'), put: [update(1)] })
    const settings = [{ name: 'cursor', value: utf8('1') }]
    const refused = (commit: Commit, code: string): Promise<void> => expect(store.commit(commit)).rejects.toMatchObject({ code })
    await refused({ objects: [good, change('Person:nonsense', {})], settings }, 'CORE_BAD_ID')
    await refused({ objects: [good, change(ann, { put: [{ ...update(2), id: 'abc' }] })], settings }, 'STORE_BAD_COMMIT')
    await refused({ objects: [good, change(ann, { put: [{ ...update(2), millis: 2 ** 48 }] })], settings }, 'STORE_BAD_COMMIT')
    await refused({ objects: [good, change(ann, { state: utf8('s'), cells: [{ name: '\ud800', value: utf8('x') }] })], settings }, 'STORE_BAD_COMMIT')
    await refused({ objects: [good], settings, events: [{ seq: -1, data: utf8('e') }] }, 'STORE_BAD_COMMIT')
    expect(await rowOf(store, bob)).toBeUndefined()
    expect(await store.has(idOf(1))).toBe(false)
    expect(await store.setting('cursor')).toBeUndefined()
  })

  withStore('commits at the same time all land, in the order of their calls', async store => {
    const commits = Array.from({ length: 50 }, (_, i) => store.commit({
      objects: [change(bob, { state: utf8(`bob ${i}`), put: [update(i)] }), change(formatId('Person', key(100 + i)), { put: [update(1000 + i)] })],
      settings: [{ name: 'last', value: utf8(`${i}`) }]
    }))
    await Promise.all(commits)
    expect(await store.updates(bob)).toEqual(commits.map((_, i) => update(i)))
    expect(await rowOf(store, bob)).toEqual(utf8('bob 49'))
    expect(await store.setting('last')).toEqual(utf8('49'))
    for (let i = 0; i < 50; i++) expect(await store.updates(formatId('Person', key(100 + i)))).toEqual([update(1000 + i)])
  })

  withStore('bytes are copied on their way in and out', async store => {
    const state = utf8('state')
    const mine = { ...update(1), frame: utf8('frame') }
    const [event, setting] = [utf8('event'), utf8('setting')]
    await store.commit({ ...one(bob, { state, put: [mine] }), events: [{ seq: 1, data: event }], settings: [{ name: 'a', value: setting }] })
    for (const bytes of [state, mine.frame, event, setting]) bytes.fill(0)
    ;(await rowOf(store, bob))!.fill(1)
    ;(await store.updates(bob))[0]!.frame.fill(1)
    ;(await store.pendingEvents())[0]!.data.fill(1)
    ;(await store.setting('a'))!.fill(1)
    expect(await rowOf(store, bob)).toEqual(utf8('state'))
    expect((await store.update(idOf(1)))!.frame).toEqual(utf8('frame'))
    expect(await store.pendingEvents()).toEqual([{ seq: 1, data: utf8('event') }])
    expect(await store.setting('a')).toEqual(utf8('setting'))
  })

  withStore('events stay until they are acknowledged', async store => {
    const events = [1, 2, 127, 128, 300, 70000, 2 ** 40].map(seq => ({ seq, data: utf8(`event ${seq}`) }))
    await store.commit({ objects: [], events: events.slice(0, 3) })
    await store.commit({ objects: [], events: events.slice(3) })
    expect(await store.pendingEvents()).toEqual(events)
    expect(await store.pendingEvents({ after: 2, limit: 3 })).toEqual(events.slice(2, 5))
    expect(await store.pendingEvents({ after: 129 })).toEqual(events.slice(4))
    expect(await store.pendingEvents({ after: -1 })).toEqual(events)
    expect(await store.pendingEvents({ limit: 0 })).toEqual([])
    await store.commit({ objects: [], acknowledged: [2, 128, 99] })
    expect((await store.pendingEvents()).map(event => event.seq)).toEqual([1, 127, 300, 70000, 2 ** 40])
  })

  withStore('settings are written, replaced and deleted', async store => {
    await store.commit({ objects: [], settings: [{ name: 'a', value: utf8('1') }, { name: 'ab', value: utf8('2') }] })
    await store.commit({ objects: [], settings: [{ name: 'a', value: utf8('3') }] })
    expect(await store.setting('a')).toEqual(utf8('3'))
    await store.commit({ objects: [], settings: [{ name: 'a', value: null }, { name: 'nowhere', value: null }] })
    expect(await store.setting('a')).toBeUndefined()
    expect(await store.setting('ab')).toEqual(utf8('2'))
  })

  withStore('everything is there after a restart, and numbering goes on', async (store, fixture) => {
    await store.commit({
      objects: [change(bob, { state: utf8('b'), put: [update(1), update(2)] }), change(ann, { state: utf8('a') })],
      events: [{ seq: 7, data: utf8('event') }],
      settings: [{ name: 'cursor', value: utf8('1') }]
    }, { sync: true })
    const again = await fixture.reopen()
    await again.open()
    await again.commit({ objects: [change(office, { state: utf8('o'), put: [update(3)] }), change(ann, { put: [update(4)] }), change(bob, { put: [update(5)] })] })
    expect(await again.updates(bob)).toEqual([update(1), update(2), update(5)])
    expect(await again.updates(ann)).toEqual([update(4)])
    expect(await again.updates(office)).toEqual([update(3)])
    expect(await rowOf(again, ann)).toEqual(utf8('a'))
    expect(await collect(again.objects())).toEqual([office, ann, bob])
    expect(await collect(again.reconciled('Person'))).toEqual([item(bob, 1), item(bob, 2), item(ann, 4), item(bob, 5)])
    expect(await again.pendingEvents()).toEqual([{ seq: 7, data: utf8('event') }])
    expect(await again.setting('cursor')).toEqual(utf8('1'))
  })

  withStore('close waits for commits under way, may be repeated, and ends every verb', async (store, fixture) => {
    const commit = store.commit(one(bob, { state: utf8('s'), put: [update(1)] }))
    await store.close()
    await commit
    await store.close()
    await expectClosed(store)
    const again = await fixture.reopen()
    await again.open()
    await again.open()
    expect(await rowOf(again, bob)).toEqual(utf8('s'))
  })

  test('nothing works before open', async () => {
    const fixture = await makeStore()
    await expectClosed(fixture.store)
    await fixture.dispose()
  })

  async function expectClosed (store: Store): Promise<void> {
    const verbs: (() => Promise<unknown>)[] = [
      () => store.state(bob), () => store.updates(bob), () => store.updatesFrom(bob, { place: 0, bytes: 1 }), () => store.update(idOf(1)), () => store.has(idOf(1)),
      () => collect(store.objects()), () => collect(store.reconciled('Person')), () => store.setKeys('Person'), () => store.models(),
      () => store.commit({ objects: [] }), () => store.setting('a'), () => store.pendingEvents()
    ]
    for (const verb of verbs) await expect(verb()).rejects.toMatchObject({ code: 'STORE_NOT_OPEN' })
  }
}
