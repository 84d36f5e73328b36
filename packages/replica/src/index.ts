export { Breath } from './breath.js'
export type { ReplicaOptions } from './compose.js'
export type {
  Admit, CommitEvent, Engine, FieldChange, GrantRequest, HookProgress, HooksPort, Newcomer, ObjectChange, ProposalAnswer, Reader,
  RevokeRequest, UpdateRecord, WaitOptions, WriteRequest
} from './engine.js'
export { inspectStore } from './inspect.js'
export type { Inspection, ModelInspection } from './inspect.js'
export type { Mask } from './masks.js'
export type { QuotaOptions } from './quota.js'
export { Replica } from './replica.js'
export type { Report, Reports } from './report.js'
export type { Replicate } from './sync/interest.js'
export type { Difference, ModelProgress, PeerProgress, SyncStatus } from './sync/progress.js'
export type { Sought } from './sync/replication.js'
