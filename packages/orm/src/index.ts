export { Model } from './decorators/model.js'
export { Counter, Dict, Field, Index, List, Ref } from './decorators/fields.js'
export type { CollectionDecorator, FieldDecorator } from './decorators/fields.js'
export {
  OnCreate, OnCreated, OnOwnedCreated,
  OnUpdate, OnAuthorizedUpdate, OnUnauthorizedUpdate, OnOwnedUpdate,
  OnUpdated, OnAuthorizedUpdated, OnUnauthorizedUpdated, OnOwnedUpdated,
  OnDelete, OnAuthorizedDelete, OnUnauthorizedDelete, OnOwnedDelete,
  OnDeleted, OnAuthorizedDeleted, OnUnauthorizedDeleted, OnOwnedDeleted,
  OnRemove, OnAuthorizedRemove, OnUnauthorizedRemove, OnOwnedRemove
} from './decorators/hooks.js'
export type { FieldHook, HookDecorator, ObjectHook } from './decorators/hook-types.js'
export { Change, isSealed } from './change.js'
export type { ChangeOf } from './change.js'
export { define, defineHooks } from './schema/define.js'
export type { DefineOptions, FieldSpecs, HookSpec } from './schema/define.js'
export type { FieldOptions, FieldSpec, ModelOptions } from './schema/options.js'
export { hooksOf, schemaOf } from './schema/registry.js'
export type { EntityClass, FieldKind, FieldSchema, HookName, HookSchema, ModelSchema } from './schema/types.js'
export { Entity } from './entity.js'
export { problemOfOptions } from './check-options.js'
export type { OptionKinds } from './check-options.js'
export { didYouMean } from './nearest.js'
export type { CloseEntry, GrantEntry, HistoryEntry } from './history.js'
export { ref } from './ref.js'
export { Orm } from './orm.js'
export type { OrmOptions } from './orm.js'
export type { Transaction } from './transaction.js'
export { registerOrm, unregisterOrm } from './default-node.js'
export type { HasOrm, RunningOrm } from './default-node.js'
export type { ActOptions, OpenOptions } from './options.js'
export type {
  AuthorizeOptions, Conflict, CreateOptions, CreateValues, DataKeys, EntityBase, EntityOrId, Grantee, Handle, InputOf, ModelClass, Objects,
  RemoveOptions, RevokeOptions, Rights, SaveOptions, Subject
} from './types.js'
export { Listener } from './hooks/listener.js'
export { filter } from './hooks/build-filter.js'
export type { FilterParts } from './hooks/build-filter.js'
export { HookDispatcher } from './hooks/dispatcher.js'
export type { HookOptions } from './hooks/dispatcher.js'
export { currentHook, isInHookOf } from './hooks/context.js'
export type { HookContext } from './hooks/context.js'
export type { Condition, LiveEvents, LiveOptions, LiveQuery, Order, Query, Rows, Where } from './query/types.js'
