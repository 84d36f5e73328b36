import { DinemicError } from '@dinemic/core'
import type { Encodable } from '@dinemic/core'

// Readers of what a peer sent: each gives what it names or throws `REPLICA_BAD_MESSAGE`.

export function listOf (wire: Encodable | undefined): readonly Encodable[] {
  if (!Array.isArray(wire)) throw badMessage('no list where one belongs')
  return wire
}

export function text (wire: Encodable | undefined): string {
  if (typeof wire !== 'string') throw badMessage('no text where it belongs')
  return wire
}

export function integer (wire: Encodable | undefined): number {
  if (typeof wire !== 'number' || !Number.isSafeInteger(wire)) throw badMessage('no integer where one belongs')
  return wire
}

export function bytesOf (wire: Encodable | undefined): Uint8Array {
  if (!(wire instanceof Uint8Array)) throw badMessage('no bytes where they belong')
  return wire
}

export function badMessage (problem: string): DinemicError {
  return new DinemicError('REPLICA_BAD_MESSAGE', `A peer sent ${problem}. It runs another version, or means harm.`)
}
