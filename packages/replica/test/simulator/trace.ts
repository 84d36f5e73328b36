import { bytesToHex, utf8 } from '@dinemic/core'
import type { CryptoProvider } from '@dinemic/core'

/** Everything that happened, as one hash: runs of one seed must agree in it. The lines are kept where somebody wants to read them. */
export class Trace {
  readonly lines: string[] = []
  readonly #provider: CryptoProvider
  readonly #keep: boolean
  #hash = new Uint8Array(32)

  constructor (provider: CryptoProvider, keep: boolean) {
    this.#provider = provider
    this.#keep = keep
  }

  note (line: string): void {
    this.#hash = Uint8Array.from(this.#provider.sha256(this.#hash, utf8(line)))
    if (this.#keep) this.lines.push(line)
  }

  get hash (): string {
    return bytesToHex(this.#hash)
  }
}
