import { formatId, kdf } from '@dinemic/core'
import type { CryptoProvider, KeyRing, ObjectId, Platform } from '@dinemic/core'

/** The model under whose name nodes sign; reserved. */
export const NODE_MODEL = 'Node'

/** In whose name a node signs where it has no other caller, and as which peer it is known. */
export interface NodeIdentity {
  readonly self: ObjectId
  /** Seed of the peer's id: derived, as one key should not sign for two protocols. */
  readonly peerSeed: Uint8Array
}

/** The identity that the key ring keeps; made at the first start. */
export async function openIdentity (keys: KeyRing, provider: CryptoProvider, platform: Platform): Promise<NodeIdentity> {
  const self = await findSelf(keys) ?? await makeSelf(keys, provider, platform)
  return { self, peerSeed: kdf(provider, (await keys.get(self))!, 'peer', []) }
}

async function findSelf (keys: KeyRing): Promise<ObjectId | undefined> {
  for await (const id of keys.ids({ model: NODE_MODEL })) return id
  return undefined
}

async function makeSelf (keys: KeyRing, provider: CryptoProvider, platform: Platform): Promise<ObjectId> {
  const seed = platform.random(32)
  const self = formatId(NODE_MODEL, provider.publicKey(seed))
  await keys.put(self, seed)
  return self
}
