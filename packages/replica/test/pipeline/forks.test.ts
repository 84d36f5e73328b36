import { expect, test } from '@jest/globals'
import { bindNetwork, clockOf, formatId, refKey, signUpdate } from '@dinemic/core'
import type { Body, Commit, GrantRef, ObjectId, Update, UpdateId } from '@dinemic/core'
import { LiveObject } from '../../src/live-object.js'
import { decodeRow, emptyRow, encodeRow } from '../../src/object-row.js'
import { Quota } from '../../src/quota.js'
import { Stage } from '../../src/pipeline/stage.js'
import type { Report, Reports } from '../../src/report.js'
import { provider } from '../harness.js'
import { platform } from './staged-node.js'

const binding = bindNetwork(provider, 'test')
const hooks = { before: async () => {}, wantsBefore: () => true, wantsAfter: () => false, after: async () => true }
const REMOTE = { local: false, owned: false }

const seedOf = (n: number): Uint8Array => new Uint8Array(32).fill(n)
const idOf = (model: string, n: number): ObjectId => formatId(model, provider.publicKey(seedOf(n)))
const object = idOf('Person', 1)

interface Place { readonly by?: number, readonly root?: GrantRef, readonly seq: number, readonly prev: UpdateId | null }

/** Signed by the key of that number; the owner's is 1. */
function sign ({ by = 1, root, seq, prev }: Place, body: Exclude<Body, { kind: 'unknown' }>): Update {
  const author = by === 1 ? null : idOf('Person', by)
  return signUpdate(binding, seedOf(by), { object, author, root: root ?? null, seq, prev, clock: clockOf(seq), supersedes: [], body })
}

function change (place: Place, value: string | Uint8Array): Update {
  return sign(place, { kind: 'change', operations: [{ op: 'set', field: 'name', value }], via: null })
}

/** An object that one stage after the other writes: what a node would store of it, and what it told. */
class Written {
  row = emptyRow(object)
  readonly settings = new Map<string, Uint8Array>()
  readonly told: Reports['fork'][] = []
  readonly #cells = new Map<string, Uint8Array>()
  #live = new LiveObject(object, this.row, [])

  async take (...updates: readonly Update[]): Promise<Commit['objects'][number]> {
    const report: Report = (event, payload) => { if (event === 'fork') this.told.push(payload as Reports['fork']) }
    const stage = new Stage(this.#live, { hooks, report, platform, quota: new Quota({ has: async () => false }) })
    for (const update of updates) {
      const { is } = await stage.take(update, REMOTE)
      if (is !== 'taken') throw new Error(`${update.id} was ${is}`)
    }
    await stage.finish()
    for (const { name, value } of stage.proofs) {
      if (value === null) this.settings.delete(name)
      else this.settings.set(name, value)
    }
    stage.tell()
    const commit = await stage.commit()
    for (const { name, value } of commit.cells!) {
      if (value === null) this.#cells.delete(name)
      else this.#cells.set(name, value)
    }
    // As the store has it: what only memory knows is no use after a restart.
    this.row = decodeRow({ row: encodeRow(this.#live.row), cells: [...this.#cells].map(([name, value]) => ({ name, value })) })
    this.#live = new LiveObject(object, this.row, [...this.#live.updates.values()])
    return commit
  }
}

const toAnyone = { subject: null, right: 'update', fields: null, limit: null, wrap: null } as const
const toTwo = { ...toAnyone, subject: idOf('Person', 2) } as const
const genesis = sign({ seq: 0, prev: null }, { kind: 'genesis', operations: [], grants: [toAnyone, toTwo], encrypted: [], epoch: null })
const [open, granted] = [{ id: genesis.id, index: 0 }, { id: genesis.id, index: 1 }]
const forkOf = (place: Place, size = 1): [Update, Update] => [change(place, new Uint8Array(size).fill(1)), change(place, new Uint8Array(size).fill(2))]

test('the arrival of the branch that a close keeps drops the other one, and the proof is made all the same', async () => {
  const place = { by: 2, root: granted, seq: 1, prev: genesis.id }
  const [kept, other] = [change(place, 'kept'), change(place, 'other')]
  const close = sign({ seq: 1, prev: genesis.id }, { kind: 'close', grant: granted, heads: [{ id: kept.id, seq: 1, author: null }], epoch: null })
  const written = new Written()
  await written.take(genesis, other, close)
  expect(written.told).toEqual([])
  const commit = await written.take(kept)
  expect([commit.put.map(({ id }) => id), commit.drop]).toEqual([[kept.id], [other.id]])
  const updates = [kept.id, other.id].sort()
  expect(written.told).toEqual([{ object, author: idOf('Person', 2), root: granted, seq: 1, updates, kept: true }])
  expect(written.row.forks.map(fork => fork.updates)).toEqual([updates])
  expect([...written.settings.keys()]).toEqual([`fork/${updates.join('/')}`])
})

test('strangers\' forks are kept up to half of what there is room for; what doesn\'t fit is told', async () => {
  const written = new Written()
  await written.take(genesis)
  for (let by = 10; by < 50; by++) await written.take(...forkOf({ by, root: open, seq: 1, prev: genesis.id }))
  expect(written.told.map(({ kept }) => kept)).toEqual(Array.from({ length: 40 }, (_, i) => i < 32))
  await written.take(...forkOf({ seq: 1, prev: genesis.id }), ...forkOf({ by: 2, root: granted, seq: 1, prev: genesis.id }))
  expect(written.told.slice(40).map(({ root, kept }) => [root && refKey(root), kept])).toEqual([[null, true], [refKey(granted), true]])
  expect([written.row.forks.length, written.settings.size]).toEqual([34, 34])

  // All goes with the object.
  await written.take(sign({ seq: 2, prev: genesis.id }, { kind: 'remove', via: null }))
  expect([written.row.forks, written.settings.size]).toEqual([[], 0])
})

test('the bytes of proofs are bounded, not their number alone', async () => {
  const written = new Written()
  await written.take(genesis)
  for (let by = 10; by < 14; by++) await written.take(...forkOf({ by, root: open, seq: 1, prev: genesis.id }, 100_000))
  // Two of 200 kB fit into 512 KiB; a small one does after them.
  await written.take(...forkOf({ by: 14, root: open, seq: 1, prev: genesis.id }))
  await written.take(...forkOf({ by: 2, root: granted, seq: 1, prev: genesis.id }, 200_000))
  expect(written.told.map(({ kept }) => kept)).toEqual([true, true, false, false, true, true])
  expect([...written.settings.values()].reduce((sum, { length }) => sum + length, 0)).toBeLessThan(1024 * 1024)
})
