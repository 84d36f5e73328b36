import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { networkSuite } from '@dinemic/core/testing'
import { createNetwork } from '../src/libp2p-network.js'

networkSuite({ describe, test, expect }, 'libp2p network', async count => {
  const networks = await Promise.all(Array.from({ length: count }, async () => await createNetwork({
    networkName: 'suite', seed: randomBytes(32), listen: ['/ip4/127.0.0.1/tcp/0'], discovery: false
  })))
  return {
    networks,
    connect: async (i, j) => await networks[i]!.connect(networks[j]!.addresses[0]!),
    dispose: async () => { await Promise.all(networks.map(async network => { await network.stop() })) }
  }
})
