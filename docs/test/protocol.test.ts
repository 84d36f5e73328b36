import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { bindNetwork, bytesToHex, decodeFrame, hexToBytes, signUpdate, verifyUpdate } from '@dinemic/core'
import type { Body, Update } from '@dinemic/core'
import { nativeProvider } from '@dinemic/core/native'

const page = await readFile(fileURLToPath(new URL('../protocol.md', import.meta.url)), 'utf8')
const network = bindNetwork(nativeProvider, 'example')
const seeds = [1, 2].map(byte => new Uint8Array(32).fill(byte))
const updates = [...page.matchAll(/^```hex\n([^`]+)^```\n\n([^`]+`[0-9a-f]{64}`)/gm)].map(([, block, sentence]) => ({ frame: hexToBytes(bytesOf(block!)), sentence: sentence! }))

/** What stands at the beginning of each line, without what is said of it. */
function bytesOf (block: string): string {
  return block.split('\n').map(line => /^[0-9a-f]*/.exec(line)![0]).join('')
}

test.each([['genesis', 0], ['change', 1]] as const)('the bytes of the %s are what the page says of them', (kind, i) => {
  const { frame, sentence } = updates[i]!
  const update = decodeFrame(network, frame)
  expect(update.kind).toBe(kind)
  expect(sentence).toContain(`Its id is \`${update.id}\``)
  expect(page).toContain(`\`${update.author ?? update.object}\``)
  expect(verifyUpdate(network, update)).toBe(true)
  expect(bytesToHex(signUpdate(network, seeds[i]!, draftOf(update)).frame)).toBe(bytesToHex(frame))
})

test('the change stands under the grant of the genesis', () => {
  const [genesis, change] = updates.map(({ frame }) => decodeFrame(network, frame))
  expect(change).toMatchObject({ root: { id: genesis!.id, index: 0 }, prev: genesis!.id, supersedes: [genesis!.id], object: genesis!.object })
  expect(genesis!.body).toMatchObject({ grants: [{ subject: change!.author, right: 'update', fields: ['name'] }] })
})

test('each vector is in the table, with its size and id', async () => {
  const { network: name, vectors } = JSON.parse(await readFile(fileURLToPath(new URL('../../packages/core/test/fixtures/updates.json', import.meta.url)), 'utf8')) as Fixture
  const rows = vectors.map(({ name: vector, signature, body }) => {
    const { id } = decodeFrame(bindNetwork(nativeProvider, name), hexToBytes(signature + body))
    return `| ${vector} | ${body.length / 2} | \`${id}\` |`
  })
  const table = page.slice(page.indexOf('| vector |')).split('\n\n')[0]!.split('\n').slice(2)
  expect(table).toEqual(rows)
})

interface Fixture { readonly network: string, readonly vectors: readonly { readonly name: string, readonly signature: string, readonly body: string }[] }

function draftOf ({ object, author, root, seq, prev, clock, supersedes, body }: Update) {
  return { object, author, root, seq, prev, clock, supersedes, body: body as Exclude<Body, { kind: 'unknown' }> }
}
