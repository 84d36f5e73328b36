import type { CryptoProvider, Clock, ForkProof, Grant, GrantRef, KeyRing, Kind, ObjectId, ObjectState, Operation, Platform, Right, Sealed, Update, UpdateId, Value, Verdict, Via, WireValue } from '@dinemic/core'

/**
 * The engine as the layer of classes sees it. Everything that reads or writes an object goes through here;
 * a local write takes the same pipeline as an update from the network.
 */
export interface Engine {
  readonly platform: Platform
  readonly provider: CryptoProvider
  readonly keys: KeyRing
  /** The node's own identity, `Node:<key>`: signs where no other caller is named. */
  readonly self: ObjectId

  /** The visible state here, or undefined if the object isn't here (or is removed, unless `removed` asks for it). */
  state (object: ObjectId, options?: { removed?: boolean }): Promise<ObjectState | undefined>
  /** Waits until the object is here; asks peers for it. Rejects with ORM_NOT_FOUND after `timeout` ms (default 10,000). */
  wait (object: ObjectId, options?: WaitOptions): Promise<ObjectState>
  /** The models of which objects are stored and forwarded here, those without a class included. */
  readonly models: readonly string[]
  /** Ids of visible objects of a model, in byte order of their keys. */
  ids (model: string, options?: { after?: ObjectId, limit?: number }): AsyncIterable<ObjectId>
  /** Opens sealed values with the key of `caller`, or with any key on this node if no caller is named. */
  reader (state: ObjectState, caller?: ObjectId): Promise<Reader>

  /**
   * Signs, runs the before-hooks, commits all requests in one atomic batch, tells the network. The ids of the new
   * updates per request, in order.
   */
  write (requests: readonly WriteRequest[]): Promise<UpdateId[][]>
  /** Resolves when the after-hooks of what was committed by now have run, or after 5 s. Not inside a hook, which would wait for itself. */
  hooksRun (objects: readonly ObjectId[]): Promise<void>
  /** Counts what is done above as under way, for `idle()` and `stop()`; passes its result on. `what` is for people to read. */
  track<T> (what: string, task: Promise<T>): Promise<T>
  /** Sends the signed change to the connected peers as a proposal; nothing changes here. */
  propose (request: WriteRequest): Promise<ProposalAnswer[]>

  /** Called after each commit that changed what an object shows (or made it appear or go). Returns the undo. */
  onCommit (listener: (event: CommitEvent) => void): () => void
  /** All updates of an object with their verdicts, in the order in which they were committed. */
  history (object: ObjectId): Promise<UpdateRecord[]>
  /** The forks that this node has seen, one of each chain, with their proofs. */
  forks (object: ObjectId): Promise<ForkProof[]>
}

export interface WaitOptions { readonly timeout?: number, readonly signal?: AbortSignal, readonly removed?: boolean }

export interface Reader {
  /** True if no key is here that opens it. */
  sealed (value: Sealed): boolean
  /** Throws ORM_FIELD_SEALED without a key, ORM_FIELD_CORRUPT if it doesn't open although the key is here. */
  open (place: { readonly field: string, readonly slot: 'register' | 'dict' | 'list', readonly element?: string }, value: WireValue): Value
  sealBytes (bytes: Uint8Array): Uint8Array
  openBytes (bytes: Uint8Array): Uint8Array
}

/** What one save stages for one object. Values are in the clear: the engine seals those of encrypted fields. */
export interface WriteRequest {
  readonly object: ObjectId
  /** In whose name; its private key must be on this node: ORM_NO_KEY. */
  readonly caller: ObjectId
  /** The state that the writer saw: what it replaces. Undefined with `create`. */
  readonly base?: ObjectState
  readonly create?: { readonly seed: Uint8Array }
  readonly operations: readonly Operation[]
  /** Names of fields that the writer's class calls encrypted; what the object calls encrypted is added. */
  readonly encrypted: readonly string[]
  readonly grants?: readonly GrantRequest[]
  readonly revokes?: readonly RevokeRequest[]
  readonly remove?: boolean
  /** Rejects with ORM_STALE if a written cell has changed since `base`. */
  readonly ifUnchanged?: boolean
}

/** `subject` null: anyone. */
export interface GrantRequest { readonly subject: ObjectId | null, readonly right: Right, readonly fields?: readonly string[], readonly limit?: number }
/** `keep`: updates whose branches stay valid; without it all that are `ok` here. */
export interface RevokeRequest { readonly subject: ObjectId | null, readonly rights: readonly Right[], readonly keep?: readonly UpdateId[] }

export interface ProposalAnswer { readonly peer: string, readonly answer: 'accepted' | 'refused', readonly reason?: string }

export interface CommitEvent { readonly object: ObjectId, readonly before: ObjectState | undefined, readonly after: ObjectState | undefined, readonly local: boolean }

/** An update as this node holds it. */
export interface UpdateRecord extends Pick<Update, 'id' | 'root' | 'seq' | 'clock'> {
  readonly kind: Kind | 'unknown'
  readonly author: ObjectId
  readonly verdict: Verdict
  /** A before-hook of this node refused it. */
  readonly masked: boolean
  /** Other updates at its place: of the same author, root and seq. A close may have dropped them since. */
  readonly fork: readonly UpdateId[]
  readonly via: Via | null
  readonly operations: readonly Operation[]
  /** What it grants. */
  readonly grants: readonly Grant[]
  /** What it ends, and the heads of the branches that stay. */
  readonly close: { readonly grant: GrantRef, readonly heads: readonly UpdateId[] } | null
}

/** What arrives of an object that isn't here yet: `size` in bytes, `peer` from whom it came. */
export interface Newcomer { readonly id: ObjectId, readonly model: string, readonly size: number, readonly peer: string }

/** Whether this node stores what strangers create. False: not kept, not forwarded; so is what it doesn't answer within 5 s. */
export type Admit = (newcomer: Newcomer) => boolean | Promise<boolean>

/** What the engine asks of the layer that has classes and listeners. */
export interface HooksPort {
  /**
   * Runs the before-hooks of one update, in order; throws to refuse it (whatever was thrown is the cause). `progress`
   * is told which hook is about to run: the one that refused is the last.
   */
  before (change: ObjectChange, progress?: HookProgress): Promise<void>
  /** Whether anybody listens to before-hooks of this model: only then they are asked. */
  wantsBefore (model: string): boolean
  /** Whether anybody listens to after-hooks of this model: only then they are kept until they have run. */
  wantsAfter (model: string): boolean
  /** Runs the after-hooks of one update. Never throws: what hooks throw is reported. False where one threw. */
  after (change: ObjectChange): Promise<boolean>
}

/** `OnUpdate (Person.check)` */
export interface HookProgress { hook?: string }

/** One update's effect on one object. */
export interface ObjectChange {
  readonly object: ObjectId
  readonly update: { readonly id: UpdateId, readonly clock: Clock }
  readonly caller: ObjectId
  /** Signed by the owner or under a grant to the caller's own id. */
  readonly authorized: boolean
  /** This node holds the object's key. */
  readonly owned: boolean
  readonly local: boolean
  readonly cause: 'local' | 'remote' | 'revoked'
  /** The proposal that the update endorses, and who made it. */
  readonly via: { readonly id: UpdateId, readonly author: ObjectId } | null
  readonly created: boolean
  /** Its values are first ones of an object that appeared just before: more than one update holds. */
  readonly continuesCreation: boolean
  readonly removed: boolean
  readonly fields: readonly FieldChange[]
  /** Before-hooks: the state before the change, of a creation the state that it makes. After-hooks: the state after it (undefined if it is gone). */
  readonly state: ObjectState | undefined
  /**
   * For a proposal: endorses it, what it writes in the clear of these fields encrypted: the endorser's class calls them so.
   * Rejects with ORM_NOT_AUTHORIZED where this node may not sign for these fields.
   */
  readonly accept?: (encrypted?: readonly string[]) => Promise<void>
}

export interface FieldChange {
  readonly type: 'set' | 'delete'
  readonly field: string
  readonly slot: 'register' | 'dict' | 'list' | 'counter'
  /** In dicts the key, in lists the element's id. */
  readonly key?: string
  /** In lists, where it stands (before a deletion: stood). */
  readonly index?: number
  readonly before: WireValue | undefined
  readonly after: WireValue | undefined
}
