import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { LIMITS } from '../../src/limits.js'
import { Positions, isPosition } from '../../src/merge/position.js'
import { refusal } from '../update/refusal.js'
import { assertAlways } from '../verdict/fuzz.js'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ALPHABET = `0123456789${LETTERS}`

/** Chance that is the same each time. After Park and Miller. */
function chance (seed: number): (below: number) => number {
  let state = seed
  return below => (state = state * 48_271 % 2_147_483_647) % below
}

function idsFrom (random: (below: number) => number): () => string {
  return () => Array.from({ length: 12 }, () => ALPHABET[random(62)]).join('')
}

/** Inserts where `pick` says, in turns of the writers, and checks that each position is where it belongs. */
function insert (times: number, writers: number, pick: (length: number, random: (below: number) => number) => number): string[] {
  const random = chance(7)
  const newId = idsFrom(random)
  const sources = Array.from({ length: writers }, () => new Positions(newId))
  const list: string[] = []
  for (let i = 0; i < times; i++) {
    const at = pick(list.length, random)
    const position = sources[i % writers]!.between(list[at - 1], list[at])
    if (!isPosition(position) || position.length > LIMITS.elementKey) throw new Error(`${position} is no position`)
    if ((at > 0 && list[at - 1]! >= position) || (at < list.length && position >= list[at]!)) throw new Error(`${position} is at the wrong place`)
    list.splice(at, 0, position)
  }
  return list
}

describe('positions', () => {
  const PATTERNS: [string, number, (length: number, random: (below: number) => number) => number][] = [
    ['at the front', 64, () => 0],
    ['at the end', 64, length => length],
    ['after the first', 64, length => Math.min(1, length)],
    ['before the last', 64, length => Math.max(0, length - 1)],
    ['anywhere', 96, (length, random) => random(length + 1)]
  ]

  test.each(PATTERNS.flatMap(([where, most, pick]) => [1, 3].map(writers => ({ where, writers, most, pick }))))('10,000 $where, by $writers: sorted, unique, at most $most bytes', ({ writers, most, pick }) => {
    const list = insert(10_000, writers, pick)
    expect(new Set(list).size).toBe(10_000)
    expect(list).toEqual([...list].sort())
    expect(Math.max(...list.map(({ length }) => length))).toBeLessThanOrEqual(most)
  })

  test('some 900 times between the last two, then ORM_TOO_LARGE', () => {
    expect(insert(850, 2, length => length >> 1)).toHaveLength(850)
    expect(refusal(() => insert(1500, 2, length => length >> 1))).toMatchObject({ code: 'ORM_TOO_LARGE', details: { limit: 256 } })
  })

  test.each(['forwards', 'backwards'])('runs of two writers at one place don\'t interleave, %s, however long', direction => {
    const random = chance(11)
    const newId = idsFrom(random)
    const [left, right] = insert(2, 1, length => length) as [string, string]
    const runs = [new Positions(newId), new Positions(newId)].map(source => {
      const run: string[] = []
      for (let i = 0; i < 2000; i++) {
        if (direction === 'forwards') run.push(source.between(run.at(-1) ?? left, right))
        else run.unshift(source.between(left, run[0] ?? right))
      }
      return run
    })
    const [one, other] = runs as [string[], string[]]
    expect(one.at(-1)! < other[0]! || other.at(-1)! < one[0]!).toBe(true)
  })

  test('runs of two writers at one place don\'t interleave, wherever that is and in whatever direction each writes', () => {
    const run = fc.record({ length: fc.integer({ min: 1, max: 150 }), backwards: fc.boolean() })
    assertAlways(fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.array(fc.nat(), { maxLength: 12 }), fc.nat(), run, run, (seed, places, at, ...runs) => {
      const newId = idsFrom(chance(seed))
      const other = new Positions(newId)
      const list: string[] = []
      for (const place of places) {
        const index = place % (list.length + 1)
        list.splice(index, 0, other.between(list[index - 1], list[index]))
      }
      const index = at % (list.length + 1)
      const [left, right] = [list[index - 1], list[index]]
      const [one, two] = runs.map(({ length, backwards }) => {
        const source = new Positions(newId)
        const made: string[] = []
        while (made.length < length) {
          if (backwards) made.unshift(source.between(left, made[0] ?? right))
          else made.push(source.between(made.at(-1) ?? left, right))
        }
        return made
      }) as [string[], string[]]
      expect(one.at(-1)! < two[0]! || two.at(-1)! < one[0]!).toBe(true)
    }), 300)
  })

  test('a stranger\'s positions never make it throw while there is room, whatever they are', () => {
    const id = fc.oneof(fc.constantFrom('me', 'm', 'meme', '0', 'z'), fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 1, maxLength: 6 }))
    const value = fc.string({ unit: fc.constantFrom(...'ABYZaz'), minLength: 1, maxLength: 3 })
    const waypoint = fc.oneof(fc.tuple(id, value).map(([name, letters]) => `,${name}.${letters}`), fc.tuple(fc.nat({ max: 9 }), value).map(([digit, letters]) => `${digit}${letters}`))
    const position = fc.tuple(id, value, fc.array(waypoint, { maxLength: 30 }))
      .map(([name, letters, more]) => `${name}.${letters}${more.join('')}`)
      .filter(text => isPosition(text) && text.length <= LIMITS.elementKey - 16)
    assertAlways(fc.property(fc.array(position, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 1_000_000 }), fc.array(fc.nat(), { maxLength: 20 }), (given, seed, places) => {
      const newId = idsFrom(chance(seed))
      let first = true
      // The source's own id is known to the stranger.
      const source = new Positions(() => first ? (first = false, 'me') : newId())
      const list = [...new Set(given)].sort()
      for (const place of places) {
        const at = place % (list.length + 1)
        const made = source.between(list[at - 1], list[at])
        expect(isPosition(made)).toBe(true)
        list.splice(at, 0, made)
      }
      expect(list).toEqual([...new Set(list)].sort())
    }), 300)
  })

  test('a long position costs few ids, whatever it is made of', () => {
    let made = 0
    const newId = idsFrom(chance(9))
    const source = new Positions(() => {
      made++
      return newId()
    })
    const deep = `a.B${'0B'.repeat(120)}`
    const wide = `a.B${',b.B'.repeat(60)}`
    for (const [left, right] of [[`${deep}0B`, `${deep}0D`], [deep, undefined], [undefined, deep], [`${wide},c.B`, `${wide},c.D`], [wide, undefined], [`${'a'.repeat(250)}.B`, `${'a'.repeat(249)}b.B`]] as const) {
      made = 0
      refusal(() => source.between(left, right))
      expect(made).toBeLessThanOrEqual(32)
    }
  })

  test('between equal positions and ones out of order, after the left', () => {
    const source = new Positions(idsFrom(chance(3)))
    for (const [left, right] of [['a.B', 'a.B'], ['b.B', 'a.B'], ['a.B0B', 'a.B']] as const) {
      const position = source.between(left, right)
      expect(position > left && isPosition(position)).toBe(true)
    }
  })

  test('behind a position than which none is greater it is ORM_TOO_LARGE; everywhere else it goes on', () => {
    const source = new Positions(idsFrom(chance(5)))
    const greatest = 'z'.repeat(LIMITS.elementKey - 2) + '.z'
    expect(isPosition(greatest)).toBe(true)
    expect(refusal(() => source.between(greatest, undefined))).toHaveProperty('code', 'ORM_TOO_LARGE')
    expect(source.between(undefined, greatest) < greatest).toBe(true)
  })

  test.each([
    ['a.B', true], ['a.A', false], ['a.', false], ['.B', false], ['', false], ['a', false], ['a.B0D', true], ['a.Bb3D', true], ['a.B00D', false],
    ['a.B,b.D', true], ['a.B,b.', false], ['a.B,b', false], ['a.B,.D', false], ['a,b.B', false], ['a.B,b.D0', false], ['~.B', false], ['ż.B', false], ['a.B\n', false], ['a.b', true], ['a.a', false]
  ])('%j is a position: %s', (text, is) => {
    expect(isPosition(text)).toBe(is)
  })
})
