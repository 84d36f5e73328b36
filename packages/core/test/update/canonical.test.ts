import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bytesToHex } from '../../src/bytes.js'
import { decode } from '../../src/codec/decode.js'
import { encode } from '../../src/codec/encode.js'
import type { Encodable } from '../../src/codec/format.js'
import { isDinemicError } from '../../src/errors.js'
import type { Update } from '../../src/update-types.js'
import { decodeFrame, signUpdate } from '../../src/update/frame.js'
import type { Draft } from '../../src/update/frame.js'
import { assertAlways } from '../verdict/fuzz.js'
import { binding, drafts, seedOf, signedItems } from './world.js'

// A decoder that passes over what it doesn't expect would lose what the next version of it reads. Tried here is well encoded
// CBOR of a wrong or an unusual shape; the encodings themselves are test/codec's.

const CODEC = { maxDepth: 40, sealed: 'any' } as const
const bodies = Object.values<Draft>(drafts).map(draft => decode(signUpdate(binding, seedOf(draft), draft).frame.subarray(64), CODEC) as Encodable[])

interface Edit { readonly what: number, readonly list: number, readonly at: number, readonly other: number, readonly from: number }
const anyEdit: fc.Arbitrary<Edit> = fc.record({ what: fc.nat({ max: 7 }), list: fc.nat(), at: fc.nat({ max: 12 }), other: fc.nat({ max: 12 }), from: fc.nat() })

/** Where the lists stand in a tree, those that hold something. */
function listsIn (tree: Encodable): number[][] {
  if (!Array.isArray(tree) || tree.length === 0) return []
  return [[], ...tree.flatMap((item: Encodable, i) => listsIn(item).map(path => [i, ...path]))]
}

/** The tree with one change in one of its lists. */
function edited (tree: Encodable[], edit: Edit): Encodable[] {
  const paths = listsIn(tree)
  return editedAt(tree, edit, paths[edit.list % paths.length] ?? [])
}

function editedAt (tree: Encodable[], edit: Edit, [next, ...rest]: readonly number[]): Encodable[] {
  if (next !== undefined) return tree.with(next, editedAt(tree[next] as Encodable[], edit, rest))
  const at = edit.at % tree.length
  const item = tree[at]!
  const other = edit.other % tree.length
  switch (edit.what) {
    case 0: return tree.with(at, tree[other]!).with(other, item) // two change places
    case 1: return tree.toSpliced(at, 0, item) // one stands twice
    case 2: return tree.toSpliced(at, 1)
    case 3: return tree.with(at, null)
    case 4: return tree.with(at, typeof item === 'number' ? item + [1, -1, 0.5, 2 ** 32][edit.other % 4]! : item instanceof Uint8Array ? item.subarray(0, -1) : [item])
    case 5: return tree.with(at, typeof item === 'string' ? `${item}a` : item instanceof Uint8Array ? new Uint8Array([...item, 0]) : [])
    case 6: return tree.with(at, bodies[edit.from % bodies.length]![at % 10]!)
    default: return tree.toReversed()
  }
}

function tryToRead (items: readonly Encodable[]): Update | undefined {
  try {
    return decodeFrame(binding, signedItems(items))
  } catch (error) {
    if (isDinemicError(error) && error.code.startsWith('CORE_BAD_')) return undefined
    throw error
  }
}

test('what is read, whatever its shape, is what would be written', () => {
  let read = 0
  let refused = 0
  assertAlways(fc.property(fc.nat(), fc.array(anyEdit, { minLength: 1, maxLength: 2 }), (from, edits) => {
    const items = edits.reduce<Encodable[]>((tree, edit) => tree.length === 0 ? tree : edited(tree, edit), bodies[from % bodies.length]!)
    const update = tryToRead(items)
    if (update === undefined) {
      refused++
      return
    }
    if (update.body.kind === 'unknown') return
    read++
    const { body, object, author, root, seq, prev, clock, supersedes } = update
    const again = signUpdate(binding, seedOf(update), { body, object, author, root, seq, prev, clock, supersedes })
    expect(bytesToHex(again.frame.subarray(64))).toBe(bytesToHex(encode(items, { maxDepth: 40 })))
    expect(again.id).toBe(update.id)
  }), 6000)
  expect([read > 300, refused > 1500]).toEqual([true, true])
})
