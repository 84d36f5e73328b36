import type { Platform } from '../src/ports/platform.js'

/** Real time and chance, for what waits for events and never for a pause: no timer keeps the process alive, but that a turn be given up is no pause. */
export const realPlatform: Platform = {
  now: () => Date.now(),
  random: length => crypto.getRandomValues(new Uint8Array(length)),
  schedule: (ms, task) => {
    const timer = setTimeout(task, ms)
    if (ms > 0) timer.unref()
    return () => { clearTimeout(timer) }
  }
}
