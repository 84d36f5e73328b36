import { SortedMap, bytesToHex } from '@dinemic/core'
import type { CloseState, CryptoProvider } from '@dinemic/core'
import { KeyMaker } from '../../../src/author/key-maker.js'
import { Sealer } from '../../../src/author/sealing.js'
import { Caretaker } from '../../../src/caretaker.js'
import { patch } from './plant.js'
import type { Plant } from './plant.js'

const REPLACED = Buffer.from('dinemic/replaced')

export const secrecyPlants: readonly Plant[] = [
  { bug: 'wrap the new key under the old', provider: wrapTheWrongWay },
  { bug: 'seal nothing', provider: provider => ({ ...provider, box: (_key, _nonce, message) => Buffer.concat([message, Buffer.alloc(16)]), unbox: (_key, _nonce, boxed) => boxed.slice(0, -16) }) },
  { bug: 'remember signatures by their message', provider: rememberMessages },
  { bug: 'wrap for all who ever read, at mending', install: () => patch(KeyMaker.prototype, 'mending', original => function (this: KeyMaker, state, names) { return original.call(this, { ...state, closes: SortedMap.empty<CloseState>() }, names) }) },
  { bug: 'wrap for all readers where a close is missing', install: () => patch(KeyMaker.prototype, 'mending', original => function (this: KeyMaker, state, names) { return original.call(this, { ...state, epochs: state.epochs.map(epoch => ({ ...epoch, replaces: [] })) }, names) }) },
  { bug: 'endorse what is sealed as it is', install: () => patch(Sealer.prototype, 'reopen', () => operations => [...operations]) },
  { bug: 'never look after keys', install: () => patch(Caretaker.prototype, 'look', () => () => {}) }
]

/** The seed of the old epoch becomes the key, that of the new one the message. */
function wrapTheWrongWay (provider: CryptoProvider): CryptoProvider {
  let last: { readonly key: Uint8Array, readonly secret: Uint8Array, readonly info: Uint8Array } | undefined
  return {
    ...provider,
    hkdf: (secret, info, length) => {
      const key = provider.hkdf(secret, info, length)
      if (Buffer.from(info).includes(REPLACED)) last = { key, secret, info }
      return key
    },
    box: (key, nonce, message) => {
      if (last === undefined || key !== last.key) return provider.box(key, nonce, message)
      return provider.box(provider.hkdf(message, last.info, 32), nonce, last.secret)
    }
  }
}

/** Once a message was well signed, any signature will do. */
function rememberMessages (provider: CryptoProvider): CryptoProvider {
  const good = new Set<string>()
  return {
    ...provider,
    verify: (key, message, signature) => {
      const name = bytesToHex(provider.sha256(key, message))
      if (!good.has(name) && provider.verify(key, message, signature)) good.add(name)
      return good.has(name)
    }
  }
}
