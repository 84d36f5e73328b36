import { randomBytes } from 'node:crypto'
import type { Network } from '@dinemic/core'
import { Witness } from '@dinemic/core/testing'
import { createNetwork } from '../src/libp2p-network.js'
import type { NetworkOptions } from '../src/options.js'

export interface Started { readonly network: Network, readonly witness: Witness, readonly address: string }

const running: Array<{ stop (): Promise<void> }> = []

/** To be called after each test. */
export async function stopAll (): Promise<void> {
  await Promise.all(running.splice(0).map(async started => { await started.stop() }))
}

export function stopLater (started: { stop (): Promise<void> }): void {
  running.push(started)
}

export function optionsOf (options: Partial<NetworkOptions> = {}): NetworkOptions {
  return { networkName: 'bench', seed: randomBytes(32), listen: ['/ip4/127.0.0.1/tcp/0'], discovery: false, ...options }
}

/** A network that is started and subscribed to 'news'. */
export async function start (options: Partial<NetworkOptions> = {}): Promise<Started> {
  const network = await createNetwork(optionsOf(options))
  const witness = new Witness(network)
  network.subscribe('news')
  stopLater(network)
  await network.start()
  return { network, witness, address: network.addresses[0]! }
}

export function bytes (text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
