export { Node } from './node.js'
export type { NodeEvents } from './events.js'
export type { NodeKeys } from './keys.js'
export type { Logger } from './logger.js'
export type { NodeOptions } from './options.js'
export type { IdleOptions, StopOptions } from './patience.js'
export type { Explanation, NodeStatus } from './status.js'
export type { Discovery } from '@dinemic/net'

export { DinemicError, isDinemicError, isId } from '@dinemic/core'
export type { Clock, Fork, ForkProof, GrantRef, ObjectId, Operation, PeerInfo, Right, Sealed, UpdateId, Value, Verdict } from '@dinemic/core'
export type { Admit, Mask, Newcomer, ProposalAnswer, QuotaOptions, Replicate } from '@dinemic/replica'

export {
  Change, Counter, Dict, Entity, Field, Index, List, Listener, Model, Ref, define, defineHooks, filter, isSealed, ref,
  OnCreate, OnCreated, OnOwnedCreated,
  OnUpdate, OnAuthorizedUpdate, OnUnauthorizedUpdate, OnOwnedUpdate,
  OnUpdated, OnAuthorizedUpdated, OnUnauthorizedUpdated, OnOwnedUpdated,
  OnDelete, OnAuthorizedDelete, OnUnauthorizedDelete, OnOwnedDelete,
  OnDeleted, OnAuthorizedDeleted, OnUnauthorizedDeleted, OnOwnedDeleted,
  OnRemove, OnAuthorizedRemove, OnUnauthorizedRemove, OnOwnedRemove
} from '@dinemic/orm'
export type {
  ActOptions, AuthorizeOptions, ChangeOf, CloseEntry, CollectionDecorator, Condition, Conflict, CreateOptions, CreateValues, DataKeys, DefineOptions,
  EntityOrId, FieldDecorator, FieldHook, FieldOptions, FieldSpec, FieldSpecs, FilterParts, GrantEntry, Grantee, Handle, HistoryEntry, HookDecorator, HookName, HookSpec, InputOf,
  LiveEvents, LiveOptions, LiveQuery, ModelClass, ModelOptions, ObjectHook, Objects, OpenOptions, Order, Query, RemoveOptions, RevokeOptions,
  Rights, Rows, SaveOptions, Subject, Transaction, Where
} from '@dinemic/orm'
