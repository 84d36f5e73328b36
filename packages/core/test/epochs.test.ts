import { describe, expect, test } from '@jest/globals'
import { readersOf } from '../src/access.js'
import { bytesToHex } from '../src/bytes.js'
import { currentEpochs, unwrappedReaders, usableEpoch } from '../src/epoch-choice.js'
import { newEpoch, seedsOf, wrapFor } from '../src/epochs.js'
import type { KeyHolder } from '../src/epochs.js'
import { nativeProvider as provider } from '../src/keys/native.js'
import type { EpochState, ObjectState } from '../src/state-types.js'
import type { Wrap } from '../src/update-types.js'
import { ann, ben, cem, holder, owner, readers, shared } from './owned-world.js'
import { grantTo } from './verdict/world.js'

const opens = (state: ObjectState, who: KeyHolder): string[] => [...seedsOf(provider, state, who).keys()].sort()
const ids = (...epochs: { readonly id: string }[]): string[] => epochs.map(({ id }) => id).sort()
const firstOf = (state: ObjectState): EpochState => state.epochs.at(0)![1]

describe('epochs', () => {
  test('owner and readers open the first, nobody else', () => {
    const { state } = shared()
    expect(usableEpoch(state)?.id).toBe(firstOf(state).id)
    for (const who of [owner, ...readers]) expect(opens(state, who)).toEqual(ids(...state.epochs.values()))
    expect(opens(state, holder('Person', 9))).toEqual([])
    // The same key under another model is another object.
    expect(opens(state, holder('Node', 2))).toEqual([])
  })

  test('all who open one get the same seed', () => {
    const { state } = shared()
    const seeds = [owner, ...readers].map(who => bytesToHex(seedsOf(provider, state, who).get(firstOf(state).id)!))
    expect(new Set(seeds).size).toBe(1)
  })

  test('after a revocation the new one is usable; the revoked doesn\'t open it, and the others open all', () => {
    const object = shared()
    const first = firstOf(object.state)
    object.revoke(0, object.epoch(2, ben, cem))
    const { state } = object
    const second = usableEpoch(state)!
    expect(second.replaces.map(({ id }) => id)).toEqual([first.id])
    expect(opens(state, ann)).toEqual([first.id])
    for (const who of [owner, ben, cem]) expect(opens(state, who)).toEqual(ids(first, second))
  })

  test('a reader with a wrap of the newest alone opens all that it replaces, through any number', () => {
    const object = shared()
    object.revoke(0, object.epoch(2))
    object.revoke(1, object.epoch(3))
    const late = holder('Person', 7)
    const newest = object.epoch(4, late)
    object.write({ kind: 'keys', epoch: newest, wraps: [], encrypted: [] })
    expect(opens(object.state, late)).toEqual(ids(...object.state.epochs.values()))
    expect(object.state.epochs.size).toBe(4)
    expect(opens(object.state, ann)).toHaveLength(1)
  })

  test('two devices that revoke the same reader at once: the later one is usable, then by id', () => {
    const object = shared()
    const [one, other] = [object.fork(), object.fork()]
    one.revoke(0, object.epoch(2, ben, cem), 10n)
    other.revoke(0, object.epoch(3, ben, cem), 11n)
    expect(usableEpoch(one.with(other).state)).toMatchObject({ clock: 11n })
    expect(usableEpoch(other.with(one).state)?.id).toBe(usableEpoch(one.with(other).state)?.id)

    const same = object.fork()
    same.revoke(0, object.epoch(4, ben, cem), 10n)
    const both = one.with(same).state
    expect(usableEpoch(both)?.id).toBe(ids(...currentEpochs(both)).at(-1))
  })

  test('two devices that revoke two readers at once: none is usable until one is made for who is left', () => {
    const object = shared()
    const [one, other] = [object.fork(), object.fork()]
    one.revoke(0, object.epoch(2, ben, cem), 10n)
    other.revoke(1, object.epoch(3, ann, cem), 11n)
    const merged = one.with(other)
    expect(readersOf(merged.state)).toEqual([cem.id])
    expect(currentEpochs(merged.state)).toHaveLength(2)
    expect(usableEpoch(merged.state)).toBeUndefined()

    const mended = merged.epoch(4, cem)
    expect(mended.replaces).toHaveLength(2)
    merged.write({ kind: 'keys', epoch: mended, wraps: [], encrypted: [] })
    expect(usableEpoch(merged.state)?.id).toBe(mended.id)
    expect(opens(merged.state, cem)).toHaveLength(4)
    for (const who of [ann, ben]) expect(opens(merged.state, who)).not.toContain(mended.id)
  })

  test('a reader who was granted while another was revoked has no wrap of the new one until it is made', () => {
    const object = shared()
    const dan = holder('Person', 8)
    const [one, other] = [object.fork(), object.fork()]
    one.revoke(0, object.epoch(2, ben, cem))
    const first = firstOf(object.state)
    const seed = seedsOf(provider, object.state, owner).get(first.id)!
    other.write({ kind: 'grant', grant: { ...grantTo(dan.id, 'read'), wrap: { epoch: first.id, boxed: wrapFor(provider, owner, dan.id, first.id, seed).boxed } } }, 50n)
    const merged = one.with(other)
    const usable = usableEpoch(merged.state)!
    expect(usable.id).not.toBe(first.id)
    expect(unwrappedReaders(merged.state, usable.id)).toEqual([dan.id])

    const wrap = wrapFor(provider, owner, dan.id, usable.id, seedsOf(provider, merged.state, owner).get(usable.id)!)
    merged.write({ kind: 'keys', epoch: null, wraps: [wrap], encrypted: [] })
    expect(unwrappedReaders(merged.state, usable.id)).toEqual([])
    expect(opens(merged.state, dan)).toEqual(ids(...merged.state.epochs.values()))
  })

  test('a wrap may come before its epoch, and opens what that replaces when it comes', () => {
    const object = shared()
    const dan = holder('Person', 8)
    const { epoch, seed } = newEpoch(provider, owner, object.state, [], new Uint8Array(16).fill(2))
    object.write({ kind: 'grant', grant: grantTo(dan.id, 'read') })
    object.write({ kind: 'keys', epoch: null, wraps: [wrapFor(provider, owner, dan.id, epoch.id, seed)], encrypted: [] })
    expect(opens(object.state, dan)).toEqual([epoch.id])
    object.write({ kind: 'keys', epoch, wraps: [], encrypted: [] })
    expect(opens(object.state, dan)).toEqual(ids(...object.state.epochs.values()))
    expect(usableEpoch(object.state)?.id).toBe(epoch.id)
  })

  test('false wraps and replacements open nothing', () => {
    const object = shared()
    const first = firstOf(object.state)
    const noise = new Uint8Array(48).fill(9)
    const real = object.epoch(2, ben)
    const swapped: Wrap = { ...real.wraps[0]!, subject: cem.id }
    object.write({ kind: 'keys', epoch: { ...real, replaces: [{ id: first.id, boxed: noise }], wraps: [...real.wraps, swapped, { epoch: real.id, subject: ann.id, boxed: noise }] }, wraps: [], encrypted: [] })
    expect(opens(object.state, ben)).toEqual(ids(first, real))
    expect(opens(object.state, cem)).toEqual([first.id])
    expect(opens(object.state, ann)).toEqual([first.id])
  })

  test('epochs that replace each other or themselves: none is usable, and all is still read', () => {
    const object = shared()
    const first = firstOf(object.state)
    const second = object.epoch(2, ben)
    object.write({ kind: 'keys', epoch: { ...second, replaces: [...second.replaces, { id: second.id, boxed: second.replaces[0]!.boxed }] }, wraps: [], encrypted: [] })
    expect(usableEpoch(object.state)).toBeUndefined()
    expect(opens(object.state, ben)).toEqual(ids(first, second))
    const third = object.epoch(3, ben)
    object.write({ kind: 'keys', epoch: third, wraps: [], encrypted: [] })
    expect(usableEpoch(object.state)?.id).toBe(third.id)
  })
})
