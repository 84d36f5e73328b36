import { expect, test } from '@jest/globals'
import { keyRingSuite } from '../testing/key-ring-suite.js'
import { MemoryKeyRing } from '../testing/memory-key-ring.js'

keyRingSuite({ test, expect }, async () => {
  const keys = new MemoryKeyRing()
  return {
    keys,
    async reopen () {
      await keys.close()
      return keys
    },
    dispose: () => keys.close()
  }
})
