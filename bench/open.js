import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { Node } from '@dinemic/node'
import { RUNS, SCALE, inFolder, row, summary } from './measure.js'
import { Person, quiet } from './model.js'

const OBJECTS = Math.round(100_000 * SCALE)
const UPDATES = 10
const AT_ONCE = 250

const [, , role, path, id] = process.argv
if (role === 'read') await read()
else if (role === 'create') await create()
else if (role === 'change') await change()
else {
  await inFolder(async folder => {
    const [few, many] = [join(folder, 'few'), join(folder, 'many')]
    const alone = await run('create', few, '1')
    const one = await run('create', many, String(OBJECTS))
    await report('a store of 1 object', few, alone)
    await report(`${OBJECTS} objects of 1 update each`, many, one)
    await run('change', many)
    await report(`${OBJECTS} objects of ${UPDATES} updates each`, many, one)
  })
}

/** Each time in a process of its own, which has opened nothing before. */
async function report (what, path, id) {
  const answers = []
  for (let i = 0; i < RUNS; i++) answers.push(await run('read', path, id))
  const figure = key => summary(answers.map(answer => answer[key]))
  row(`${what}: open it and read one`, figure('all'), 'ms', 1)
  row('  of which the start of the node', figure('start'), 'ms', 1)
  row('  before that, load of all modules', figure('load'), 'ms', 1)
}

async function run (...args) {
  const child = fork(fileURLToPath(import.meta.url), args)
  let answer
  child.once('message', message => { answer = message })
  const [code, signal] = await once(child, 'exit')
  if (answer === undefined) throw new Error(`${args[0]} ended with ${signal ?? code}`)
  return answer
}

/** From nothing to a value in hand, the start of the network included; the modules are loaded by a node without a store before. */
async function read () {
  const begun = performance.now()
  const first = await Node.start(quiet)
  await first.stop()
  const loaded = performance.now()
  const node = await Node.start({ ...quiet, path })
  const started = performance.now()
  const person = await Person.open(id)
  if (!person.name) throw new Error('nothing was read')
  const read = performance.now()
  await end(node, { load: loaded - begun, start: started - loaded, all: read - loaded })
}

/** Tells the id of one in the middle. */
async function create () {
  const node = await Node.start({ ...quiet, path })
  const count = Number(id)
  let middle
  for (let at = 0; at < count; at += AT_ONCE) {
    const people = await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, i) => Person.create({ name: `Person ${at + i}`, salary: at + i })))
    if (at <= count / 2) middle = people[0].id
  }
  await end(node, middle)
}

async function change () {
  const node = await Node.start({ ...quiet, path })
  let some = []
  const changeSome = async () => {
    await Promise.all(some.map(async person => {
      for (let i = 1; i < UPDATES; i++) {
        person.name = `change ${i}`
        await person.save()
      }
    }))
    some = []
  }
  for (const id of await Person.ids()) {
    some.push(await Person.open(id))
    if (some.length === AT_ONCE) await changeSome()
  }
  await changeSome()
  await end(node, true)
}

async function end (node, answer) {
  await node.idle()
  await node.stop()
  process.send(answer)
  process.disconnect()
}
