import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { Entity, Field, Model } from '../src/index.js'
import { Rig } from './support/rig.js'

const rig = new Rig()
afterEach(rig.end)

const PLAIN = 'in the clear, as it should be'
const SECRET = 'nobody else\'s business'

@Model('Diary')
class Diary extends Entity {
  @Field() title!: string
  @Field(true) entry?: string
}

test('no plaintext of an encrypted field lies in a directory, neither the owner\'s nor a peer\'s', async () => {
  const [here, there] = [await rig.directory(), await rig.directory()]
  const [a, b] = await rig.pair({ path: here, models: [Diary] }, { path: there, models: [Diary] })
  const reader = await b.use(Diary).create({ title: 'Reader' })
  const diary = await a.use(Diary).create({ title: PLAIN, entry: SECRET }, { readers: [reader.id] })
  const seen = await b.use(Diary).open(diary.id, { as: reader })
  expect(seen.entry).toBe(SECRET)
  await Promise.all([a.stop(), b.stop()])
  for (const directory of [here, there]) {
    const bytes = await bytesOf(directory)
    expect(bytes.includes(PLAIN)).toBe(true) // or the scan sees nothing
    expect(bytes.includes(SECRET)).toBe(false)
  }
})

async function bytesOf (directory: string): Promise<Buffer> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return Buffer.concat(await Promise.all(entries.filter(entry => entry.isFile()).map(async entry => await readFile(join(entry.parentPath, entry.name)))))
}
