import assert from 'node:assert/strict'
// oxlint-disable-next-line no-restricted-imports -- this is what a user writes
import { Node, isDinemicError, type NodeOptions } from '@dinemic/node'
import { Audit } from './audit.js'
import { Person } from './model.js'

const options: NodeOptions = { network: 'office', models: [Person], listen: ['/ip4/127.0.0.1/tcp/0'], discovery: false }

async function main (): Promise<void> {
  const audit = new Audit()
  await using a = await Node.start({ ...options, path: './data', listeners: [[audit, 'Person:[id]:[field]']] })
  await using b = await Node.start(options)
  await b.connect(a.addresses[0]!)

  const chief = await b.use(Person).create({ name: 'Chief' })
  const worker = await a.use(Person).create({ name: 'Bob', salary: 1234, tags: ['new'], phones: { home: '1' } }, { authorized: [chief.id] })

  const seen = await b.use(Person).open(worker.id)
  assert.equal(seen.name, 'Bob')
  assert.throws(() => seen.salary, (error: unknown) => isDinemicError(error, 'ORM_FIELD_SEALED'))
  seen.name = 'Mallory'
  await assert.rejects(seen.save(), (error: unknown) => isDinemicError(error, 'ORM_NOT_AUTHORIZED'))
  assert.deepEqual((await seen.save({ propose: true })).map(({ answer, reason }) => [answer, reason]), [['refused', 'update of name was blocked']])

  const mine = await b.use(Person).open(worker.id, { as: chief })
  assert.equal(mine.salary, 1234)
  mine.salary = 2000
  mine.tags.push('lead')
  mine.visits.add()
  assert.deepEqual(mine.$.dirty, ['salary', 'tags', 'visits'])
  await mine.save()

  // Whoever runs the app again finds the workers of earlier runs, too.
  for await (const rows of a.use(Person).live({ where: { salary: 2000 } })) {
    const row = rows.find(({ id }) => id === worker.id)
    if (row === undefined) continue
    assert.deepEqual([row.tags.toArray(), row.phones.get('home'), row.visits.value], [['new', 'lead'], '1', 1])
    break
  }
  await a.idle()
  assert.deepEqual(audit.log, [`1234 -> 2000 by ${chief.id}`])
  await assert.rejects(a.use(Person).create({ name: 'Eve', age: -1 }), (error: unknown) => isDinemicError(error, 'ORM_VETOED'))
}

await main()
console.log('the story holds')
