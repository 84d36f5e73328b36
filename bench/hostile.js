import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bindNetwork, clockOf, encode, formatId, signUpdate } from '@dinemic/core'
import { nativeProvider } from '@dinemic/core/native'
import { createNetwork } from '@dinemic/net'
import { Node } from '@dinemic/node'
import { RUNS, SCALE, inFolder, quantile, row, summary } from './measure.js'
import { Person, quiet } from './model.js'

const UPDATES = Math.round(1000 * SCALE)
const IN_A_MESSAGE = 20
/** How long saves are timed without an attack, and after one, in ms. */
const CALM = 1000

if (process.send === undefined) await writer()
else await attacker()

/** Saves, waits for word that the reader's hook has run, saves again: in peace, and while an attacker sends to the reader. */
async function writer () {
  const figures = { calm: [], attacked: [], worst: [] }
  for (let run = 0; run < RUNS; run++) {
    await inFolder(async folder => {
      const node = await Node.start({ ...quiet, path: join(folder, 'a') })
      const reader = fork(fileURLToPath(new URL('reader.js', import.meta.url)), [join(folder, 'b'), node.addresses[0]])
      const [{ address }] = await once(reader, 'message')
      const bob = await Person.create({ name: 'Bob', salary: 1 })
      await once(reader, 'message')
      const attacker = fork(fileURLToPath(import.meta.url), [address, bob.id])
      await once(attacker, 'message')

      let saves = 0
      const timed = async until => {
        const times = []
        while (!until()) {
          const heard = once(reader, 'message')
          const start = process.hrtime.bigint()
          bob.name = `Bob ${saves++}`
          await bob.save()
          const [end] = await heard
          times.push(Number(BigInt(end) - start) / 1e6)
        }
        return times.sort((a, b) => a - b)
      }
      const after = ms => {
        const end = performance.now() + ms
        return () => performance.now() > end
      }
      figures.calm.push(quantile(await timed(after(CALM)), 0.5))
      let isOver = () => false
      attacker.once('message', () => { isOver = after(CALM) })
      attacker.send('attack')
      const times = await timed(() => isOver())
      figures.attacked.push(quantile(times, 0.5))
      figures.worst.push(times.at(-1))

      for (const child of [attacker, reader]) {
        const ended = once(child, 'exit')
        child.send('stop')
        await ended
      }
      await node.stop()
    })
  }
  row('save to the other process\'s hook, in peace, p50', summary(figures.calm), 'ms', 2)
  row(`  while a peer sends ${UPDATES} updates that cite nothing`, summary(figures.attacked), 'ms', 2)
  row('  the slowest of them', summary(figures.worst), 'ms', 2)
}

/** Well signed updates of the saved object and of others that nobody has, under grants, after updates and by authors that nobody has. */
async function attacker () {
  const [, , address, object] = process.argv
  const network = await createNetwork({ networkName: quiet.network, seed: randomBytes(32), listen: quiet.listen, discovery: false })
  network.handle({ message: async () => 'ignore', request: async () => encode([]), connected: () => {}, disconnected: () => {} })
  await network.start()
  network.subscribe('Person')
  await network.connect(address)
  const frames = Array.from({ length: UPDATES }, (_, i) => strayUpdate(object, i).frame)
  process.send('ready')
  await once(process, 'message')
  for (let i = 0; i < frames.length; i += IN_A_MESSAGE) await network.publish('Person', encode(frames.slice(i, i + IN_A_MESSAGE)))
  process.send('sent')
  await once(process, 'message')
  await network.stop()
  process.disconnect()
}

function strayUpdate (object, i) {
  const seed = randomBytes(32)
  const author = formatId('Person', nativeProvider.publicKey(seed))
  const unknown = () => randomBytes(32).toString('hex')
  const place = [
    { object, author, root: { id: unknown(), index: 0 }, seq: 1 + i },
    { object: formatId('Person', nativeProvider.publicKey(randomBytes(32))), author, root: { id: unknown(), index: 0 }, seq: 1 + i },
    { object: author, author: null, root: null, seq: 1 + i }
  ][i % 3]
  return signUpdate(bindNetwork(nativeProvider, quiet.network), seed, {
    ...place, prev: unknown(), clock: clockOf(Date.now()), supersedes: [unknown()], body: { kind: 'change', operations: [{ op: 'set', field: 'name', value: `false ${i}` }], via: null }
  })
}
