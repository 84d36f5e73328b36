import { randomBytes } from 'node:crypto'
import type { Platform } from '@dinemic/core'

export const platform: Platform = {
  now: () => Date.now(),
  random: length => new Uint8Array(randomBytes(length)),
  schedule: (ms, task) => {
    const timer = setTimeout(task, ms)
    timer.unref()
    return () => { clearTimeout(timer) }
  }
}
