import type { Platform } from '@dinemic/core'

/** A platform whose time stands still: what is scheduled comes when others have had their turn, and is counted. */
export class CountingPlatform implements Platform {
  pauses = 0

  now (): number {
    return 0
  }

  random (length: number): Uint8Array {
    return new Uint8Array(length)
  }

  schedule (_ms: number, task: () => void): () => void {
    this.pauses++
    setImmediate(task)
    return () => {}
  }
}
