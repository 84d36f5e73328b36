import { hexToBytes } from '../bytes.js'
import type { Encodable } from '../codec/format.js'
import { LIMITS } from '../limits.js'
import type { Right } from '../types.js'
import type { Body, Epoch, Grant, Head, Kind, Via, Wrap } from '../update-types.js'
import { operationToWire, wireToOperations } from './operations.js'
import { badUpdate, bytes, compareText, count, hash, idToWire, list, names, nullableId, refToWire, tuple, wireToId, wireToRef } from './wire.js'

/** Right by its number on the wire. */
const RIGHTS: readonly Right[] = ['read', 'update', 'remove']
const BOXED_SEED = 48
export const EPOCH_NONCE = 16
/** The limit of the body comes first. */
const MANY = LIMITS.body

/** The last item of a body: what the kind carries. */
export function bodyToWire (body: Body): Encodable {
  switch (body.kind) {
    case 'genesis': return [body.operations.map(operationToWire), body.grants.map(grantToWire), body.encrypted, epochToWire(body.epoch)]
    case 'grant': return [grantToWire(body.grant)]
    case 'close': return [refToWire(body.grant), body.heads.map(headToWire), epochToWire(body.epoch)]
    case 'change': return [body.operations.map(operationToWire), viaToWire(body.via)]
    case 'remove': return [viaToWire(body.via)]
    case 'keys': return [epochToWire(body.epoch), body.wraps.map(wrapToWire), body.encrypted]
    case 'unknown': throw badUpdate('a body of an unknown kind cannot be written')
  }
}

export function wireToBody (kind: Kind, wire: Encodable): Body {
  switch (kind) {
    case 'genesis': {
      const [operations, grants, encrypted, epoch] = tuple(wire, 4, 'a genesis')
      return { kind, operations: wireToOperations(operations), grants: list(grants, LIMITS.grants, 'grants').map(wireToGrant), encrypted: names(encrypted, LIMITS.operations, 'encrypted names'), epoch: wireToEpoch(epoch) }
    }
    case 'grant': return { kind, grant: wireToGrant(tuple(wire, 1, 'a grant')[0]) }
    case 'close': {
      const [grant, heads, epoch] = tuple(wire, 3, 'a close')
      return { kind, grant: wireToRef(grant, 'the closed grant'), heads: wireToHeads(heads), epoch: wireToEpoch(epoch) }
    }
    case 'change': {
      const [operations, via] = tuple(wire, 2, 'a change')
      return { kind, operations: wireToOperations(operations), via: wireToVia(via) }
    }
    case 'remove': return { kind, via: wireToVia(tuple(wire, 1, 'a remove')[0]) }
    case 'keys': {
      const [epoch, wraps, encrypted] = tuple(wire, 3, 'keys')
      return { kind, epoch: wireToEpoch(epoch), wraps: list(wraps, MANY, 'wraps').map(wireToWrap), encrypted: names(encrypted, LIMITS.operations, 'encrypted names') }
    }
  }
}

export function grantToWire (grant: Grant): Encodable {
  return [
    grant.subject === null ? null : idToWire(grant.subject), RIGHTS.indexOf(grant.right), grant.fields, grant.limit,
    grant.wrap === null ? null : [hexToBytes(grant.wrap.epoch), grant.wrap.boxed]
  ]
}

export function wireToGrant (wire: Encodable | undefined): Grant {
  const [subject, number, fields, limit, wrap] = tuple(wire, 5, 'a grant')
  const right = RIGHTS[count(number, RIGHTS.length - 1, 'a right')]!
  const grant: Grant = {
    subject: nullableId(subject, 'a subject'),
    right,
    fields: fields === null ? null : names(fields, LIMITS.operations, 'fields of a grant'),
    limit: limit === null ? null : count(limit, Number.MAX_SAFE_INTEGER, 'a limit'),
    wrap: wrap === null ? null : wireToGrantWrap(wrap)
  }
  if (grant.subject === null && right !== 'update') throw badUpdate('a grant to anyone that is not for update')
  if (grant.fields !== null && right !== 'update') throw badUpdate('a grant with fields that is not for update')
  if (grant.fields?.length === 0) throw badUpdate('a grant for no field')
  if (grant.limit !== null && (right === 'read' || grant.limit === 0)) throw badUpdate('a limit that limits nothing or all')
  if (grant.wrap !== null && right !== 'read') throw badUpdate('a wrap for somebody who may not read')
  return grant
}

function wireToGrantWrap (wire: Encodable | undefined): Grant['wrap'] {
  const [epoch, boxed] = tuple(wire, 2, 'a wrap')
  return { epoch: hash(epoch, 'an epoch'), boxed: bytes(boxed, BOXED_SEED, 'a wrapped seed') }
}

export function wrapToWire (wrap: Wrap): Encodable {
  return [hexToBytes(wrap.epoch), idToWire(wrap.subject), wrap.boxed]
}

export function wireToWrap (wire: Encodable): Wrap {
  const [epoch, subject, boxed] = tuple(wire, 3, 'a wrap')
  return { epoch: hash(epoch, 'an epoch'), subject: wireToId(subject, 'a reader'), boxed: bytes(boxed, BOXED_SEED, 'a wrapped seed') }
}

function epochToWire (epoch: Epoch | null): Encodable {
  if (epoch === null) return null
  return [
    hexToBytes(epoch.id), epoch.nonce, epoch.replaces.map(old => [hexToBytes(old.id), old.boxed]),
    epoch.wraps.map(wrap => [idToWire(wrap.subject), wrap.boxed])
  ]
}

function wireToEpoch (wire: Encodable | undefined): Epoch | null {
  if (wire === null) return null
  const [epochId, nonce, replaces, wraps] = tuple(wire, 4, 'an epoch')
  const id = hash(epochId, 'an epoch')
  return {
    id,
    nonce: bytes(nonce, EPOCH_NONCE, 'the nonce of an epoch'),
    replaces: list(replaces, MANY, 'replaced epochs').map(old => {
      const [oldId, boxed] = tuple(old, 2, 'a replaced epoch')
      return { id: hash(oldId, 'a replaced epoch'), boxed: bytes(boxed, BOXED_SEED, 'a sealed seed') }
    }),
    wraps: list(wraps, MANY, 'wraps').map(wrap => {
      const [subject, boxed] = tuple(wrap, 2, 'a wrap')
      return { epoch: id, subject: wireToId(subject, 'a reader'), boxed: bytes(boxed, BOXED_SEED, 'a wrapped seed') }
    })
  }
}

function headToWire (head: Head): Encodable {
  const wire: Encodable[] = [hexToBytes(head.id), head.seq]
  return head.author === null ? wire : [...wire, idToWire(head.author)]
}

/** Up to 16 heads without author, or up to 1,024 with, 16 an author: the grant itself may be unknown here. */
function wireToHeads (wire: Encodable | undefined): readonly Head[] {
  const perAuthor = new Map<string, number>()
  const heads = list(wire, LIMITS.openHeads, 'heads').map(item => {
    if (!Array.isArray(item) || item.length < 2 || item.length > 3) throw badUpdate('a head is not a list of two or three')
    const author = item.length === 3 ? wireToId(item[2], 'the author of a head') : null
    const number = (perAuthor.get(author ?? '') ?? 0) + 1
    if (number > LIMITS.heads) throw badUpdate(`more than ${LIMITS.heads} heads of one author`, LIMITS.heads)
    perAuthor.set(author ?? '', number)
    const head: Head = { id: hash(item[0], 'a head'), seq: count(item[1], Number.MAX_SAFE_INTEGER, 'the seq of a head'), author }
    if (head.seq === 0) throw badUpdate('a head at seq 0')
    return head
  })
  for (let i = 1; i < heads.length; i++) {
    if (compareText(heads[i - 1]!.id, heads[i]!.id) >= 0) throw badUpdate('heads are not in ascending order of their ids')
  }
  if (perAuthor.has('') && perAuthor.size > 1) throw badUpdate('heads with and without author in one close')
  return heads
}

function viaToWire (via: Via | null): Encodable {
  return via === null ? null : [hexToBytes(via.id), idToWire(via.author)]
}

function wireToVia (wire: Encodable | undefined): Via | null {
  if (wire === null) return null
  const [id, author] = tuple(wire, 2, 'via')
  return { id: hash(id, 'a proposal'), author: wireToId(author, 'who proposed') }
}
