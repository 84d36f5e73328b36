/** Time and chance, handed in so that a whole network can run in one thread under a seed. */
export interface Platform {
  /** Wall clock in ms since 1970. May jump in either direction. */
  now (): number
  /** Cryptographically strong bytes (under a simulator: seeded). */
  random (length: number): Uint8Array
  /** Runs `task` once after `ms`; the returned function cancels it. Doesn't keep a process alive. */
  schedule (ms: number, task: () => void): () => void
}
