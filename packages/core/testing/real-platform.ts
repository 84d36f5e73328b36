import type { Platform } from '../src/ports/platform.js'

/** Real time and chance, for what waits for events and never for a pause: no timer keeps the process alive. */
export const realPlatform: Platform = {
  now: () => Date.now(),
  random: length => crypto.getRandomValues(new Uint8Array(length)),
  schedule: (ms, task) => {
    const timer = setTimeout(task, ms)
    timer.unref()
    return () => { clearTimeout(timer) }
  }
}
