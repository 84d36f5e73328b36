import { DinemicError, equalBytes } from '@dinemic/core'
import type { NetworkBinding, Store } from '@dinemic/core'

const ROW = 'network'

/** The hash of the network's name; undefined before the first start. */
export async function networkOf (store: Store): Promise<Uint8Array | undefined> {
  return await store.setting(ROW)
}

/** A store belongs to one network, as its updates do: what was signed for one counts in no other. Throws `REPLICA_OTHER_NETWORK`. */
export async function checkNetwork (store: Store, { networkHash }: NetworkBinding, name: string): Promise<void> {
  const known = await networkOf(store)
  if (known === undefined) return await store.commit({ objects: [], settings: [{ name: ROW, value: networkHash }] })
  if (equalBytes(known, networkHash)) return
  throw new DinemicError('REPLICA_OTHER_NETWORK', `This store was made for another network than '${name}': its updates are signed for that one and would count nowhere. Start it with the network's first name, or give another path.`, { details: { network: name } })
}
