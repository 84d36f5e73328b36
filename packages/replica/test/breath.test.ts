import { expect, test } from '@jest/globals'
import { Breath } from '../src/breath.js'
import { CountingPlatform } from './counting-platform.js'

test.each([[100, 1000, 9], [1024, 1000, 23], [256 * 1024, 10, 10], [0, 127, 0]])('updates of %i bytes: among %i others get %i turns', async (size, count, turns) => {
  const platform = new CountingPlatform()
  const breath = new Breath(platform)
  for (let i = 0; i < count; i++) await breath.after({ frame: new Uint8Array(size) })
  expect(platform.pauses).toBe(turns)
})
