import { BoundedCache, DinemicError, cellsOf, coversField, decodeFrame, grantsTo, isProposal, nextClock, reasonOf, signUpdate, usableEpoch, verifyUpdate } from '@dinemic/core'
import type { KeyRing, NetworkBinding, ObjectId, ObjectState, Platform, Update } from '@dinemic/core'
import { epochPending } from './author/epoch-pending.js'
import { Sealer } from './author/sealing.js'
import type { HooksPort, ProposalAnswer, WriteRequest } from './engine.js'
import { intendedChanges } from './hooks/field-changes.js'
import type { Look } from './live-object.js'
import type { Objects } from './objects.js'
import { shows } from './object-row.js'
import { operationsOf } from './cells.js'
import { RateLimit } from './rate-limit.js'

export type Answer = Omit<ProposalAnswer, 'peer'>

export interface ProposalsParts {
  readonly binding: NetworkBinding
  readonly platform: Platform
  readonly keys: KeyRing
  readonly objects: Objects
  readonly hooks: HooksPort
  readonly look: Look
  /** Writes the endorsement through the pipeline and announces it. */
  readonly endorse: (signer: ObjectId, proposal: Update, encrypted: readonly string[]) => Promise<void>
}

/** How many proposals a node remembers the answers to. */
const REMEMBERED = 1000
/** What one peer may ask: each proposal costs hooks. */
const RATE = { burst: 50, perSecond: 10 } as const
/** How many wait for hooks at once, of all peers: each is up to 256 KiB of memory. */
const UNDER_WAY = 64

/**
 * Proposals: signed changes of those who have no right. Never stored nor forwarded; the before-hooks decide, and what
 * one of them accepts is signed anew by somebody who may.
 */
export class Proposals {
  readonly #parts: ProposalsParts
  /** Proposals that came too fast. */
  refused = 0
  readonly #rate: RateLimit
  #underWay = 0
  readonly #answers = new BoundedCache<string, Promise<Answer>>(REMEMBERED)

  constructor (parts: ProposalsParts) {
    this.#parts = parts
    this.#rate = new RateLimit(parts.platform, RATE)
  }

  /** The signed change, for the peers to decide. */
  async sign (request: WriteRequest): Promise<Update> {
    const { binding, platform, keys, objects } = this.#parts
    const { object, caller, base, operations, encrypted, remove } = request
    const seed = await keys.get(caller)
    if (seed === undefined) throw new DinemicError('ORM_NO_KEY', `The private key of ${caller} is not on this node, so it can't propose anything.`, { details: { object, caller } })
    if (caller === object) throw new DinemicError('ORM_BAD_VALUE', `${object} is its own owner: save() without { propose: true } does it.`, { details: { object } })
    // Not what the proposer saw: somebody may have been shut out since.
    const { full } = await objects.row(object) ?? { full: base }
    const names = new Set([...encrypted, ...full?.encrypted.keys() ?? []])
    const usable = full === undefined ? undefined : usableEpoch(full)
    if (usable === undefined && operations.some(operation => 'value' in operation && names.has(operation.field))) {
      throw epochPending(object, full)
    }
    const sealer = new Sealer({ provider: binding.provider, random: length => platform.random(length), object, writer: { id: caller, seed } })
    const sealed = [...sealer.seal(operations, names, usable === undefined ? undefined : { id: usable.id, seed: undefined })]
    return signUpdate(binding, seed, {
      object, author: caller, root: null, seq: 0, prev: null, clock: nextClock(platform.now(), []), supersedes: [],
      body: remove === true ? { kind: 'remove', via: null } : { kind: 'change', operations: sealed, via: null }
    })
  }

  /** Decides on a proposal from a peer. The same one again gets the same answer. */
  async decide (frame: Uint8Array, from: string): Promise<Answer> {
    const { binding } = this.#parts
    if (!this.#rate.allows(from)) return this.#tooMany()
    const proposal = decodeFrame(binding, frame)
    if (!isProposal(proposal) || !verifyUpdate(binding, proposal)) throw new DinemicError('REPLICA_BAD_MESSAGE', 'A peer sent a proposal that is none, or with a bad signature.')
    const known = this.#answers.get(proposal.id)
    if (known !== undefined) return await known
    // Not remembered: the same one may come again.
    if (this.#underWay >= UNDER_WAY) return this.#tooMany()
    this.#underWay++
    const answer = this.#ask(proposal).finally(() => { this.#underWay-- })
    this.#answers.set(proposal.id, answer)
    return await answer
  }

  #tooMany (): Answer {
    this.refused++
    return { answer: 'refused', reason: 'too many proposals at once: try again later' }
  }

  async #ask (proposal: Update): Promise<Answer> {
    const { objects, hooks, keys } = this.#parts
    const { visible } = await objects.row(proposal.object) ?? {}
    if (visible === undefined || !shows(visible)) return { answer: 'refused', reason: 'the object is not here' }
    if (visible.endorsed.has(proposal.id) && await this.#isEndorsed(proposal)) return { answer: 'accepted' }
    let accepted: { readonly signer: ObjectId, readonly encrypted: readonly string[] } | undefined
    const accept = async (encrypted: readonly string[] = []): Promise<void> => { accepted = { signer: await this.#signerFor(visible, proposal), encrypted } }
    try {
      await hooks.before({
        object: proposal.object, update: { id: proposal.id, clock: proposal.clock }, caller: proposal.author!, authorized: false, owned: await keys.has(proposal.object),
        local: false, cause: 'remote', via: null, created: false, continuesCreation: false, removed: proposal.kind === 'remove', fields: intendedChanges(visible, operationsOf(proposal)), state: visible, accept
      })
      if (accepted === undefined) return { answer: 'refused', reason: 'no hook accepted it' }
      await this.#parts.endorse(accepted.signer, proposal, accepted.encrypted)
      return { answer: 'accepted' }
    } catch (error) {
      return { answer: 'refused', reason: reasonOf(error) }
    }
  }

  /** Whether what counts does all that is proposed: anybody may name a proposal in an update of something else. */
  async #isEndorsed (proposal: Update): Promise<boolean> {
    return await this.#parts.look(proposal.object, ({ updates, verdicts }) => [...updates.values()].some(update => {
      if (update.body.kind !== 'change' || update.body.via?.id !== proposal.id || verdicts.verdict(update.id) !== 'ok') return false
      const written = new Set(update.body.operations.flatMap(cellsOf))
      return operationsOf(proposal).flatMap(cellsOf).every(cell => written.has(cell))
    }))
  }

  /** Who on this node may sign for the proposed change: the object itself, or a caller with a grant that covers it. */
  async #signerFor (state: ObjectState, proposal: Update): Promise<ObjectId> {
    const { keys } = this.#parts
    if (await keys.has(state.id)) return state.id
    const right = proposal.kind === 'remove' ? 'remove' : 'update'
    const fields = operationsOf(proposal).map(({ field }) => field)
    for (const { grant: { subject } } of state.grants.values()) {
      if (subject === null || !await keys.has(subject)) continue
      if (grantsTo(state, subject, right).some(({ grant }) => fields.every(field => coversField(grant, field)))) return subject
    }
    throw new DinemicError('ORM_NOT_AUTHORIZED', `accept() works where the key of ${state.id} is, or of a caller with a grant for these fields. Neither is on this node.`, { details: { object: state.id } })
  }
}
