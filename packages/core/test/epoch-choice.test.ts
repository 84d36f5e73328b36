import { describe, expect, test } from '@jest/globals'
import { lacksEpochs, needsKeys, sureReaders, usableEpoch } from '../src/epoch-choice.js'
import { seedsOf, wrapFor } from '../src/epochs.js'
import type { KeyHolder } from '../src/epochs.js'
import { nativeProvider as provider } from '../src/keys/native.js'
import { ann, ben, cem, holder, owner, shared } from './owned-world.js'
import type { Owned } from './owned-world.js'
import { grantTo } from './verdict/world.js'

const dan = holder('Person', 8)
const sorted = (...who: KeyHolder[]): string[] => who.map(({ id }) => id).sort()

/** A new grant to read, with a wrap of this epoch, as a user writes it. */
function grant (object: Owned, reader: KeyHolder, epoch: string): void {
  const { boxed } = wrapFor(provider, owner, reader.id, epoch, seedsOf(provider, object.state, owner).get(epoch)!)
  object.write({ kind: 'grant', grant: { ...grantTo(reader.id, 'read'), wrap: { epoch, boxed } } }, 90n)
}

describe('an epoch to seal to', () => {
  test('follows each end of reading: one begun without knowing of it may yet be wrapped for whom it shuts out', () => {
    const object = shared()
    const [one, other] = [object.fork(), object.fork()]
    one.revoke(0, object.epoch(2, ben, cem), 10n)
    other.write({ kind: 'keys', epoch: object.epoch(3, ben, cem), wraps: [], encrypted: [] }, 20n)
    const merged = one.with(other)
    // The later one has wraps for the right readers, by chance: its writer hadn't heard of ann's grant, or of its end.
    expect(usableEpoch(merged.state)).toMatchObject({ clock: 10n })

    const third = merged.epoch(4, ben, cem)
    merged.write({ kind: 'keys', epoch: third, wraps: [], encrypted: [] }, 30n)
    expect(usableEpoch(merged.state)?.id).toBe(third.id)
  })

  test('of two closes of one grant needs to follow one', () => {
    const object = shared()
    const [one, other] = [object.fork(), object.fork()]
    one.revoke(0, object.epoch(2, ben, cem), 10n)
    other.revoke(0, object.epoch(3, ben, cem), 11n)
    expect(usableEpoch(one.with(other).state)).toMatchObject({ clock: 11n })
  })

  test('needs not follow the end of a grant of somebody who may read again', () => {
    const object = shared()
    const [one, other] = [object.fork(), object.fork()]
    one.revoke(0, object.epoch(2, ben, cem), 10n)
    const later = object.epoch(3, ben, cem)
    other.write({ kind: 'keys', epoch: later, wraps: [], encrypted: [] }, 20n)
    const merged = one.with(other)
    grant(merged, ann, later.id)
    expect(usableEpoch(merged.state)?.id).toBe(later.id)
  })

  test('a false epoch of a close blocks nothing for ever: a new one replaces it too', () => {
    const object = shared()
    object.revoke(0, { ...object.epoch(2, ben, cem), id: 'ab'.repeat(32), replaces: [], wraps: [] }, 10n)
    const next = object.epoch(3, ben, cem)
    object.write({ kind: 'keys', epoch: next, wraps: [], encrypted: [] }, 20n)
    expect(usableEpoch(object.state)?.id).toBe(next.id)
    expect(seedsOf(provider, object.state, ben).size).toBe(2)
  })

  test('an epoch of a close that replaces itself blocks nothing either', () => {
    const object = shared()
    const self = object.epoch(2, ben, cem)
    object.revoke(0, { ...self, replaces: [{ id: self.id, boxed: new Uint8Array(48) }] }, 10n)
    object.write({ kind: 'keys', epoch: object.epoch(3, ben, cem), wraps: [], encrypted: [] }, 20n)
    expect(usableEpoch(object.state)).toMatchObject({ clock: 20n })
  })
})

describe('who may be given keys where a close is missing', () => {
  /** Ann is shut out, then ben, each by a close with an epoch. */
  function withoutFirstClose (): { object: Owned, all: Owned } {
    const all = shared()
    const first = all.revoke(0, all.epoch(2, ben, cem), 10n)
    all.revoke(1, all.epoch(3, cem), 11n)
    return { object: all.without(first), all }
  }

  test('an epoch that replaces one that is not here tells of it', () => {
    const { object, all } = withoutFirstClose()
    expect([lacksEpochs(object.state), lacksEpochs(all.state), lacksEpochs(shared().state)]).toEqual([true, false, false])
  })

  test('not the reader whom the missing close shuts out, though his grant is open here', () => {
    const { object, all } = withoutFirstClose()
    expect(sureReaders(object.state)).toEqual([cem.id])
    expect(sureReaders(all.state)).toEqual([cem.id])
    expect(sureReaders(shared().state)).toEqual(sorted(ann, ben, cem))
  })

  test('a new reader with a grant that the owner writes, for whom it is wrapped', () => {
    const { object } = withoutFirstClose()
    grant(object, dan, usableEpoch(object.state)!.id)
    expect(sureReaders(object.state)).toEqual(sorted(cem, dan))
  })

  test('that an epoch made here comes after it changes nothing', () => {
    const { object } = withoutFirstClose()
    object.write({ kind: 'keys', epoch: object.epoch(4, cem), wraps: [], encrypted: [] }, 50n)
    expect(sureReaders(object.state)).toEqual([cem.id])
    expect(needsKeys(object.state)).toBe(true)
  })
})

test('an object needs keys without an epoch to seal to, or where a reader has no wrap of one', () => {
  const object = shared()
  expect(needsKeys(object.state)).toBe(false)
  object.write({ kind: 'grant', grant: grantTo(dan.id, 'read') })
  expect(needsKeys(object.state)).toBe(true)

  const [one, other] = [shared(), shared()]
  one.revoke(0, one.epoch(2, ben, cem), 10n)
  other.revoke(1, other.epoch(3, ann, cem), 11n)
  expect(needsKeys(one.state)).toBe(false)
  expect(needsKeys(one.with(other).state)).toBe(true)
})
