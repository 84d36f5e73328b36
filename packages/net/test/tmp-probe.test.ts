import { expect, test } from '@jest/globals'
if (Promise.withResolvers === undefined) (Promise as any).withResolvers = () => { let resolve, reject; const promise = new Promise((a, b) => { resolve = a; reject = b }); return { promise, resolve, reject } }
test('libp2p', async () => {
  const { createLibp2p } = await import('libp2p')
  const { tcp } = await import('@libp2p/tcp')
  const { noise } = await import('@libp2p/noise')
  const { yamux } = await import('@libp2p/yamux')
  const { gossipsub } = await import('@chainsafe/libp2p-gossipsub')
  expect(typeof gossipsub).toBe('function')
  const n = await createLibp2p({ addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] }, transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()] })
  expect(n.getMultiaddrs().length).toBe(1)
  await n.stop()
})
