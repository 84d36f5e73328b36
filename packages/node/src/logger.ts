import { reasonOf } from '@dinemic/core'

/** Where a node writes what has no caller and no listener. */
export interface Logger {
  /** Something went wrong. */
  error (message: string, details: unknown): void
  /** Of use when peers don't find each other. */
  debug (message: string, details?: Record<string, unknown>): void
}

export const consoleLogger: Logger = {
  error: (message, details) => { console.error(message, details) },
  debug: () => { /* who wants to read this gives a logger */ }
}

/**
 * The logger as the parts of a node have it: it never throws. One that can't write down a bigint, or an error that can't be
 * printed, must not end what the engine was about.
 */
export function unfailing (logger: Logger): Logger {
  return {
    error: (message, details) => { attempt(message, () => { logger.error(message, details) }) },
    debug: (message, details) => { attempt(message, () => { logger.debug(message, details) }) }
  }
}

function attempt (message: string, write: () => void): void {
  try {
    write()
  } catch (failure) {
    console.error(`Dinemic: the logger failed (${reasonOf(failure)}) at this: ${message}`)
  }
}
