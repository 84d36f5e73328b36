import { expect, test } from '@jest/globals'
import { Breath } from '../src/breath.js'

test.each([[100, 1000, 9], [1024, 1000, 23], [256 * 1024, 10, 10], [0, 127, 0]])('updates of %i bytes: among %i others get %i turns', async (size, count, turns) => {
  let pauses = 0
  const breath = new Breath({ now: () => 0, random: length => new Uint8Array(length), schedule: (_, task) => { pauses++; queueMicrotask(task); return () => {} } })
  for (let i = 0; i < count; i++) await breath.after({ frame: new Uint8Array(size) })
  expect(pauses).toBe(turns)
})
