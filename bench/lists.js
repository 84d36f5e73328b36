import { join } from 'node:path'
import { Entity, Listener, Node, define, defineHooks } from '@dinemic/node'
import { SCALE, inFolder, quantile } from './measure.js'

const SIZES = [100, 1000, 10_000, 100_000].map(size => Math.round(size * SCALE))
const HISTORIES = [100, 10_000, 50_000].map(length => Math.round(length * SCALE))
/** Edits of each kind, of which the median counts. */
const EDITS = 21
const PATIENT = { timeout: 300_000 }

class Doc extends Entity {}
define(Doc, 'Doc', { title: {}, items: { kind: 'list' }, secrets: { kind: 'list', encrypted: true }, byKey: { kind: 'dict' } })

const middle = list => Math.floor(list.length / 2)
const KINDS = {
  'push': doc => { doc.items.push('new') },
  'insert in the middle': doc => { doc.items.insert(middle(doc.items), 'new') },
  'set in the middle': (doc, i) => { doc.items.set(middle(doc.items), `changed ${i}`) },
  'move from front to middle': doc => { doc.items.move(0, middle(doc.items)) },
  'delete in the middle': doc => { doc.items.splice(middle(doc.items), 1) },
  'push to an encrypted list': doc => { doc.secrets.push('new') },
  'set of a dict\'s key': (doc, i) => { doc.byKey.set('k7', `changed ${i}`) },
  'set of a plain field beside': (doc, i) => { doc.title = `changed ${i}` },
  'open, push, save': async (doc, i, docs) => {
    const opened = await docs.open(doc.id)
    opened.items.push('new')
    return opened
  }
}

/** Tells when an update has run through this node's after-hooks. */
class Arrivals extends Listener {
  #waiting = () => {}

  arrived () {
    this.#waiting()
  }

  next () {
    return new Promise(resolve => { this.#waiting = resolve })
  }
}
defineHooks(Arrivals, [{ hook: 'OnUpdated', method: 'arrived' }, { hook: 'OnDeleted', method: 'arrived' }])

const local = {}
const remote = {}
await inFolder(async folder => {
  const options = { network: 'bench', models: [Doc], listen: ['/ip4/127.0.0.1/tcp/0'], discovery: false }
  const here = await Node.start({ ...options, path: join(folder, 'here') })
  const there = await Node.start({ ...options, path: join(folder, 'there') })
  await here.connect(there.addresses[0])
  const arrivals = new Arrivals()
  const docs = here.use(Doc)
  const made = []
  for (const size of SIZES) {
    const values = Array.from({ length: size }, (_, i) => `value ${i}`)
    const doc = await docs.create({ title: 'a', items: values, secrets: values, byKey: Object.fromEntries(values.map((value, i) => [`k${i}`, value])) })
    await there.use(Doc).open(doc.id, PATIENT)
    await Promise.all([here.idle(PATIENT), there.idle(PATIENT)])
    made.push(doc)
  }
  for (const [kind, edit] of Object.entries(KINDS)) {
    local[kind] = await medians(made, (doc, i) => save(doc, edit, i))
    await there.idle(PATIENT)
    arrivals.apply('Doc:[id]:[field]', there)
    remote[kind] = await medians(made, async (doc, i) => {
      const arrival = arrivals.next()
      await save(doc, edit, i)
      await arrival
    })
    arrivals.revoke('Doc:[id]:[field]', there)
  }
  await there.stop()

  const doc = await docs.create({ title: 'a' })
  const figures = []
  let length = 1
  for (const history of HISTORIES) {
    for (; length < history; length++) await set(doc, length)
    figures.push(...await medians([doc], set))
    length += EDITS
  }
  await here.stop()

  table('saved, in ms; elements of the list or keys of the dict:', SIZES, local)
  table('saved and through the after-hook of a peer in the same process, in ms:', SIZES, remote)
  table('saved, in ms; updates of the object before:', HISTORIES, { 'set of a plain field': figures })

  async function save (edited, edit, i) {
    const opened = await edit(edited, i, docs)
    await (opened ?? edited).save()
  }
})

async function set (doc, i) {
  doc.title = `changed ${i}`
  await doc.save()
}

/** Of each in ms, taken in turns: what else the machine does meanwhile disturbs all alike. */
async function medians (edited, task) {
  const times = edited.map(() => [])
  for (let i = 0; i < EDITS; i++) {
    for (const [which, doc] of edited.entries()) {
      const start = process.hrtime.bigint()
      await task(doc, i)
      times[which].push(Number(process.hrtime.bigint() - start) / 1e6)
    }
  }
  return times.map(list => quantile(list.sort((a, b) => a - b), 0.5))
}

function table (title, columns, rows) {
  console.log(title.padEnd(76) + columns.map(column => String(column).padStart(9)).join(''))
  for (const [what, figures] of Object.entries(rows)) console.log(`  ${what.padEnd(74)}${figures.map(figure => figure.toFixed(2).padStart(9)).join('')}`)
}
