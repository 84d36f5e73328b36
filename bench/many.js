// Many replicas in one process, on the memory network: what a burst costs as their number grows.
import { formatId } from '@dinemic/core'
import { nativeProvider as provider } from '@dinemic/core/native'
import { MemoryHub, MemoryKeyRing, MemoryStore, realPlatform as platform } from '@dinemic/core/testing'
import { Replica } from '@dinemic/replica'
import { RUNS, SCALE, row, summary } from './measure.js'

const SIZES = [5, 10, 20, 50]
const UPDATES = Math.round(200 * SCALE)
/** As in the mesh of gossipsub. */
const NEIGHBOURS = 6

const noHooks = { before: async () => {}, wantsBefore: () => false, wantsAfter: () => false, after: async () => {} }

for (const size of SIZES) {
  const figures = []
  for (let run = 0; run < RUNS; run++) figures.push(await burst(size))
  const name = `${size} replicas`
  const each = pick => summary(figures.map(pick))
  row(`${name}: until all have all`, each(({ ms }) => ms), 'ms')
  row(`${name}: CPU per update and replica`, each(({ cpu }) => cpu / UPDATES / size), 'µs')
  row(`${name}: gossip messages per update and replica`, each(({ gossip }) => gossip.parcels / UPDATES / size), '', 2)
  row(`${name}: gossip bytes per update and replica`, each(({ gossip }) => gossip.bytes / UPDATES / size), 'B')
  row(`${name}: requests per update and replica`, each(({ request }) => request.parcels / UPDATES / size), '', 3)
  row(`${name}: bytes of requests and responses, the same`, each(({ request, response }) => (request.bytes + response.bytes) / UPDATES / size), 'B')
}

/** All create at once; each object is one update, with a plain and an encrypted field. */
async function burst (size) {
  const hub = new MemoryHub()
  const members = []
  for (let i = 0; i < size; i++) members.push(await start(hub))
  // A ring and chords: each has so many neighbours, and nobody is far.
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < NEIGHBOURS / 2; k++) await members[i].network.connect(members[(i + 4 ** k) % size].network.addresses[0]).catch(() => {})
  }
  await quiet(hub, members)

  const before = structuredClone(hub.sent)
  const complete = Promise.all(members.map(async ({ replica }) => await new Promise(resolve => {
    let created = 0
    replica.onCommit(() => { if (++created === UPDATES) resolve() })
  })))
  const [begin, used] = [process.hrtime.bigint(), process.cpuUsage()]
  await Promise.all(Array.from({ length: UPDATES }, async (_, i) => await create(members[i % size].replica, i)))
  await complete
  const ms = Number(process.hrtime.bigint() - begin) / 1e6
  const { user, system } = process.cpuUsage(used)
  await quiet(hub, members)
  const sent = Object.fromEntries(Object.entries(hub.sent).map(([kind, { parcels, bytes }]) => [kind, { parcels: parcels - before[kind].parcels, bytes: bytes - before[kind].bytes }]))
  for (const { replica, network } of members) {
    await replica.stop()
    await network.stop()
  }
  return { ms, cpu: user + system, ...sent }
}

async function start (hub) {
  const [store, keys, network] = [new MemoryStore(), new MemoryKeyRing(), hub.create()]
  await store.open()
  await keys.open()
  const seed = platform.random(32)
  const self = formatId('Node', provider.publicKey(seed))
  await keys.put(self, seed)
  const replica = new Replica({ networkName: 'bench', store, keys, network, hooks: noHooks, provider, platform, self, models: ['Person'], report: () => {} })
  await replica.start()
  await network.start()
  return { replica, network }
}

async function create (replica, i) {
  const seed = platform.random(32)
  const object = formatId('Person', provider.publicKey(seed))
  const operations = [{ op: 'set', field: 'name', value: `Bob ${i}` }, { op: 'set', field: 'salary', value: i }]
  await replica.write([{ object, caller: object, create: { seed }, operations, encrypted: ['salary'] }])
}

/** Until nothing is under way anywhere. */
async function quiet (hub, members) {
  for (let calm = 0; calm < 3;) {
    await hub.settle()
    for (const { replica } of members) await replica.idle()
    calm = hub.pending === 0 ? calm + 1 : 0
  }
}
