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
