import { encode } from '@dinemic/core'
import type { Network } from '@dinemic/core'
import type { MemoryHub } from '@dinemic/core/testing'
import { decodeRequest, encodeGot, encodeWelcome } from '../src/sync/messages.js'
import type { Request } from '../src/sync/messages.js'
import { encodeRanges } from '../src/sync/range-messages.js'

export type Answer<T> = (request: T) => Uint8Array | Promise<Uint8Array>

/** A peer without an engine: forwards nothing, and answers as told. */
export async function barePeer (hub: MemoryHub, answer: Answer<Uint8Array>, name?: string): Promise<Network> {
  const network = hub.create(name)
  network.handle({ message: async () => 'ignore', request: async (_from, data) => await answer(data), connected: () => {}, disconnected: () => {} })
  await network.start()
  return network
}

/** Of a peer that has nothing, and answers nothing else. */
export function emptyHanded (data: Uint8Array): Uint8Array {
  if (decodeRequest(data).ask !== 'compare') throw new Error('never')
  return encodeWelcome({ version: 1, time: Date.now(), prints: [], audit: null })
}

/** What a liar says that it has of Person, and what time it is. */
export interface Claim { readonly time: number, readonly count: number, readonly print: string }

export interface LiarOptions {
  readonly answer: Answer<Request>
  /** Made for each comparison; `asked`: the requests until then, this one included. */
  readonly claim: (asked: number) => Claim
  readonly name?: string
}

export interface Liar { readonly network: Network, readonly asked: readonly Request['ask'][] }

/** A peer without an engine that claims to have something, and answers the rest as told. */
export async function liar (hub: MemoryHub, { answer, claim, name }: LiarOptions): Promise<Liar> {
  const asked: Request['ask'][] = []
  const network = await barePeer(hub, async data => {
    const request = decodeRequest(data)
    asked.push(request.ask)
    if (request.ask !== 'compare') return await answer(request)
    const { time, count, print } = claim(asked.length)
    return encodeWelcome({ version: 1, time, prints: [{ model: 'Person', count, print }], audit: null })
  }, name)
  return { network, asked }
}

/** Names ten updates, by short ids, in each part that it is asked about, and gives none of them. Whatever else it is asked, it has nothing. */
export function promising (ten: () => string[]): Answer<Request> {
  return request => {
    switch (request.ask) {
      case 'ranges': return encodeRanges(request.prefixes, request.prefixes.map(() => ({ ids: ten() })))
      case 'fetch': return encodeGot(request.wanted.reduce((sum, { shortIds }) => sum + shortIds.length, 0), [])
      default: return encode([])
    }
  }
}
