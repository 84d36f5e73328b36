// Many nodes, each a process of its own, on loopback, each connected to all others as in a LAN.
import { fork } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Node } from '@dinemic/node'
import { RUNS, SCALE, inFolder, row, summary } from './measure.js'
import { Person, quiet } from './model.js'

const SIZES = [5, 10, 20]
const UPDATES = Math.round(200 * SCALE)
/** Over which the traffic of nodes that do nothing is taken, in ms; once for each size. */
const IDLE = 30_000 * SCALE
/** Enough, as these take long. */
const ROUNDS = Math.min(RUNS, 3)

if (process.send === undefined) await conductor()
else member()

async function conductor () {
  for (const size of SIZES) {
    const figures = []
    for (let run = 0; run < ROUNDS; run++) figures.push(await inFolder(async folder => await burst(size, folder, run === 0)))
    const name = `${size} processes`
    const each = pick => summary(figures.map(pick))
    row(`${name}: until all have all`, each(({ ms }) => ms), 'ms')
    row(`${name}: CPU per update and process`, each(({ cpu }) => cpu / UPDATES / size), 'µs')
    row(`${name}: bytes on the wire per update and process`, each(({ bytes }) => bytes / UPDATES / size), 'B')
    row(`${name}: bytes per second and process, idle`, summary([figures[0].idle / size]), 'B')
    row(`${name}: memory of a process`, each(({ rss }) => rss / size / 2 ** 20), 'MiB')
  }
}

async function burst (size, folder, first) {
  const children = Array.from({ length: size }, (_, i) => fork(fileURLToPath(import.meta.url), [join(folder, `${i}`)]))
  /** Asks all at once; each answers with one message. */
  const ask = async what => await Promise.all(children.map(async (child, i) => {
    const answer = once(child, 'message')
    child.send(what(i))
    return (await answer)[0]
  }))
  const total = (answers, pick) => answers.reduce((sum, answer) => sum + pick(answer), 0)

  const addresses = await ask(() => ({ ask: 'start' }))
  for (let i = 1; i < size; i++) {
    const answer = once(children[i], 'message')
    children[i].send({ ask: 'connect', addresses: addresses.slice(0, i) })
    await answer
  }
  await ask(() => ({ ask: 'settle', peers: size - 1 }))
  const begun = await ask(() => ({ ask: 'used' }))
  if (first) await new Promise(resolve => { setTimeout(resolve, IDLE) })
  const before = await ask(() => ({ ask: 'used' }))
  const begin = process.hrtime.bigint()
  const ends = await ask(i => ({ ask: 'create', count: Math.ceil((UPDATES - i) / size), of: UPDATES }))
  const after = await ask(() => ({ ask: 'used' }))
  for (const child of children) child.kill('SIGKILL')
  return {
    ms: Math.max(...ends.map(end => Number(BigInt(end) - begin) / 1e6)),
    cpu: total(after, ({ cpu }) => cpu) - total(before, ({ cpu }) => cpu),
    bytes: total(after, ({ bytes }) => bytes) - total(before, ({ bytes }) => bytes),
    idle: first ? (total(before, ({ bytes }) => bytes) - total(begun, ({ bytes }) => bytes)) / (IDLE / 1000) : undefined,
    rss: total(after, ({ rss }) => rss)
  }
}

/** Does what it is asked, one thing after another. */
function member () {
  const sockets = []
  for (const channel of ['net.client.socket', 'net.server.socket']) subscribe(channel, ({ socket }) => { sockets.push(socket) })
  let node
  let created = 0
  let complete = () => {}
  const tasks = {
    start: async () => {
      node = await Node.start({ ...quiet, path: process.argv[2] })
      node.orm.engine.onCommit(() => {
        created++
        complete()
      })
      return node.addresses[0]
    },
    connect: async ({ addresses }) => {
      for (const address of addresses) await node.connect(address)
    },
    settle: async ({ peers }) => {
      while (node.peers.length < peers) await once(node, 'peer:connect')
      await node.idle()
    },
    /** Of the process since its start; what is sent by one is received by another, so only that is counted. */
    used: () => {
      const { user, system } = process.cpuUsage()
      return { cpu: user + system, rss: process.memoryUsage.rss(), bytes: sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0) }
    },
    /** Resolves to the time at which this node has all. */
    create: async ({ count, of }) => {
      const done = new Promise(resolve => { complete = () => { if (created === of) resolve(String(process.hrtime.bigint())) } })
      await Promise.all(Array.from({ length: count }, async (_, i) => await node.use(Person).create({ name: `Bob ${i}`, salary: i })))
      return await done
    }
  }
  process.on('message', async message => { process.send(await tasks[message.ask](message) ?? 'done') })
}
