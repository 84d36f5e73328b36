import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { join } from 'node:path'
import { Level } from 'level'
import { Node } from '@dinemic/node'
import { RUNS, SCALE, inFolder, rate, row, summary } from './measure.js'
import { Person, quiet } from './model.js'

const CREATES = Math.round(1000 * SCALE)
const UPDATES = Math.round(1000 * SCALE)

/** Rows of a commit, in bytes of key and value, as the store writes them: index by id, update, reconciled set, object; a create adds its key. */
const UPDATE_ROWS = [[9, 2], [3, 210], [46, 1], [40, 420]]
const CREATE_ROWS = [[9, 2], [3, 369], [46, 1], [40, 372], [40, 32]]

const figures = { creates: [], bareCreates: [], updates: [], bareUpdates: [] }
for (let run = 0; run < RUNS; run++) {
  await inFolder(async folder => {
    const node = await Node.start({ ...quiet, path: join(folder, 'node') })
    figures.creates.push(await rate(CREATES, i => Person.create({ name: `Bob ${i}`, salary: i })))
    const bob = await Person.create({ name: 'Bob', salary: 1 })
    figures.updates.push(await rate(UPDATES, i => {
      bob.name = `Bob ${i}`
      return bob.save()
    }))
    await node.stop()

    const level = new Level(join(folder, 'bare'), { keyEncoding: 'view', valueEncoding: 'view' })
    await level.open()
    figures.bareCreates.push(await rate(CREATES, () => bare(level, generateKeyPairSync('ed25519').privateKey, CREATE_ROWS)))
    const { privateKey } = generateKeyPairSync('ed25519')
    figures.bareUpdates.push(await rate(UPDATES, () => bare(level, privateKey, UPDATE_ROWS)))
    await level.close()
  })
}

row('creates, awaited one by one', summary(figures.creates), '/s')
row('  bare: key pair + signature + batch', summary(figures.bareCreates), '/s')
row('  ratio', summary(figures.creates.map((value, i) => value / figures.bareCreates[i])), '', 2)
row('updates of one object, awaited one by one', summary(figures.updates), '/s')
row('  bare: signature + batch', summary(figures.bareUpdates), '/s')
row('  ratio', summary(figures.updates.map((value, i) => value / figures.bareUpdates[i])), '', 2)

async function bare (level, privateKey, rows) {
  sign(null, randomBytes(300), privateKey)
  await level.batch(rows.map(([key, value]) => ({ type: 'put', key: randomBytes(key), value: randomBytes(value) })))
}
