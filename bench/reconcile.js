import { fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Node } from '@dinemic/node'
import { RadixSums } from '../packages/replica/dist/src/reconcile/radix-sums.js'
import { SaltedRanges } from '../packages/replica/dist/src/reconcile/salted-ranges.js'
import { walk } from '../packages/replica/dist/src/reconcile/walk.js'
import { encodeRequest } from '../packages/replica/dist/src/sync/messages.js'
import { decodeRanges, encodeRanges } from '../packages/replica/dist/src/sync/range-messages.js'
import { RUNS, SCALE, inFolder, row, summary } from './measure.js'
import { Person, quiet } from './model.js'

const OBJECTS = Math.round(5000 * SCALE)
const CHANGED = Math.round(100 * SCALE)
const UPDATES = Math.round(100_000 * SCALE)
const HALF_A_YEAR = 180 * 86_400_000

const [, , role] = process.argv
if (role === 'maker') await make()
else if (role === 'provider') await provide()
else if (role === 'newcomer') await newcomer()
else {
  await overTheWire()
  await messagesAlone()
}

/** Two processes, of which the newcomer counts what goes over its sockets, everything included. */
async function overTheWire () {
  const figures = { join: [], joinBytes: [], joinMemory: [], memory: [], equal: [], equalBytes: [], changed: [], changedBytes: [] }
  for (let run = 0; run < RUNS; run++) {
    await inFolder(async folder => {
      const joiner = start('newcomer', join(folder, 'b'))
      const { self } = await said(joiner)
      // In a process of its own, so that the provider's memory is what it takes to provide.
      await once(start('maker', join(folder, 'a'), self), 'exit')
      const provider = start('provider', join(folder, 'a'))
      const { address } = await said(provider)

      const joined = await ask(joiner, { connect: address, objects: OBJECTS })
      figures.join.push(joined.ms)
      figures.joinBytes.push(joined.bytes / OBJECTS)
      figures.joinMemory.push(joined.memory)
      figures.memory.push((await ask(provider, 'memory')).memory)

      await ask(joiner, 'disconnect')
      const equal = await ask(joiner, { connect: address, idle: true })
      figures.equal.push(equal.ms)
      figures.equalBytes.push(equal.bytes)

      await ask(joiner, 'disconnect')
      await ask(provider, 'change')
      const changed = await ask(joiner, { connect: address, changes: CHANGED })
      figures.changed.push(changed.ms)
      figures.changedBytes.push(changed.bytes)

      for (const child of [joiner, provider]) {
        child.send('stop')
        await once(child, 'exit')
      }
    })
  }
  row(`late join of ${OBJECTS} objects`, summary(figures.join), 'ms')
  row('  on the wire per object', summary(figures.joinBytes), 'bytes')
  row('  peak memory of the newcomer', summary(figures.joinMemory), 'MiB')
  row('  peak memory of the provider', summary(figures.memory), 'MiB')
  row(`reconnect, ${CHANGED} of ${OBJECTS} changed`, summary(figures.changed), 'ms')
  row('  on the wire', summary(figures.changedBytes), 'bytes')
  row('reconnect, nothing changed', summary(figures.equal), 'ms')
  row('  on the wire', summary(figures.equalBytes), 'bytes')
}

/** What two sides say to each other when each compares, without what is fetched: the same in every run but for the random ids. */
async function messagesAlone () {
  const keys = Array.from({ length: UPDATES }, () => Math.floor(1_700_000_000_000 + Math.random() * HALF_A_YEAR).toString(16).padStart(12, '0') + randomBytes(32).toString('hex')).sort()
  const all = await sumsOf(keys)
  for (const [what, lacking] of [['the newest', new Set(keys.slice(-CHANGED))], ['spread over half a year', new Set(keys.filter((_, i) => i % Math.floor(UPDATES / CHANGED) === 0).slice(0, CHANGED))]]) {
    const most = await sumsOf(keys.filter(key => !lacking.has(key)))
    const [one, other] = [await walkOver(most, all), await walkOver(all, most)]
    row(`${CHANGED} of ${UPDATES} differ, ${what}`, summary([one.bytes + other.bytes]), 'bytes')
    row('  requests of the one that lacks them', summary([one.requests]), '')
  }
}

async function sumsOf (keys) {
  const position = key => {
    let [low, high] = [0, keys.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (keys[middle] < key) low = middle + 1
      else high = middle
    }
    return low
  }
  const sums = new RadixSums({ node: async () => undefined, keys: async (prefix, limit) => keys.slice(position(prefix), position(prefix + 'g')).slice(0, limit) })
  await sums.apply(keys.map(key => ({ key, sign: 1 })))
  return sums
}

async function walkOver (ours, theirs) {
  const salt = randomBytes(16)
  const provider = { sha256: (...parts) => new Uint8Array(parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()) }
  const shown = new SaltedRanges(theirs, provider, salt)
  let bytes = 0
  let requests = 0
  const ask = async prefixes => {
    const answer = encodeRanges(prefixes, await Promise.all(prefixes.map(prefix => shown.answer(prefix))))
    bytes += encodeRequest({ ask: 'ranges', model: 'Person', salt, exact: false, prefixes }).length + answer.length
    requests++
    return decodeRanges(prefixes, answer)
  }
  for await (const wanted of walk({ ours: new SaltedRanges(ours, provider, salt), ask }, [''])) {
    if (wanted.length > 0) bytes += encodeRequest({ ask: 'fetch', model: 'Person', salt, wanted }).length
  }
  return { bytes, requests }
}

/** Makes objects that the newcomer may read. */
async function make () {
  const [, , , path, reader] = process.argv
  const node = await Node.start({ ...quiet, path })
  for (let at = 0; at < OBJECTS; at += 50) {
    await Promise.all(Array.from({ length: Math.min(50, OBJECTS - at) }, (_, i) => Person.create({ name: `Person ${at + i}`, salary: at + i }, { readers: [reader] })))
  }
  await stop(node)
}

async function provide () {
  const [, , , path] = process.argv
  const node = await Node.start({ ...quiet, path })
  const ids = await Person.ids()
  const changing = await Promise.all(ids.slice(0, CHANGED).map(async id => await Person.open(id)))
  process.on('message', async request => {
    if (request === 'stop') return await stop(node)
    if (request === 'change') {
      for (const person of changing) {
        person.name = 'changed'
        await person.save()
      }
    }
    process.send({ memory: memory() })
  })
  process.send({ address: node.addresses[0] })
}

/** Connects and disconnects as it is told, and tells when it has seen all that it was to see. */
async function newcomer () {
  const [, , , path] = process.argv
  const bytes = countBytes()
  const node = await Node.start({ ...quiet, path })
  const left = { objects: 0, changes: 0 }
  let done = () => {}
  const seen = () => { if (left.objects <= 0 && left.changes <= 0) done() }
  node.orm.engine.onCommit(({ before }) => {
    left[before === undefined ? 'objects' : 'changes']--
    seen()
  })
  process.on('message', async request => {
    if (request === 'stop') {
      await checkReadable()
      return await stop(node)
    }
    if (request === 'disconnect') {
      await node.disconnect(node.peers[0].id)
      return process.send({})
    }
    const { connect, objects = 0, changes = 0, idle = false } = request
    Object.assign(left, { objects, changes })
    const all = new Promise(resolve => { done = resolve })
    bytes.take()
    const begun = process.hrtime.bigint()
    await node.connect(connect)
    seen()
    await all
    if (idle) await node.idle()
    process.send({ ms: Number(process.hrtime.bigint() - begun) / 1e6, bytes: bytes.take(), memory: memory() })
  })
  process.send({ self: node.status.self })
}

/** What was measured is worth nothing if it can't be read. */
async function checkReadable () {
  const ids = await Person.ids()
  if (ids.length !== OBJECTS) throw new Error(`${ids.length} of ${OBJECTS} objects came`)
  for (const id of ids) {
    const { name, salary } = await Person.open(id)
    if (!name || !Number.isInteger(salary)) throw new Error(`${id} can't be read`)
  }
}

async function stop (node) {
  await node.stop()
  process.disconnect()
}

function memory () {
  return process.resourceUsage().maxRSS / 1024
}

function start (...args) {
  return fork(fileURLToPath(import.meta.url), args)
}

async function said (child) {
  const [message] = await once(child, 'message')
  return message
}

async function ask (child, request) {
  const answered = said(child)
  child.send(request)
  return await answered
}

/** What went over the sockets that this process opened, in both directions, since it was last taken. */
function countBytes () {
  const sockets = new Set()
  let closed = 0
  let taken = 0
  const of = socket => socket.bytesRead + socket.bytesWritten
  subscribe('net.client.socket', ({ socket }) => {
    sockets.add(socket)
    socket.once('close', () => {
      sockets.delete(socket)
      closed += of(socket)
    })
  })
  return {
    take () {
      const all = closed + [...sockets].reduce((sum, socket) => sum + of(socket), 0)
      const since = all - taken
      taken = all
      return since
    }
  }
}
