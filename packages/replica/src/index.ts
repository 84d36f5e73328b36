export type {
  CommitEvent, Engine, FieldChange, GrantRequest, HistoryEntry, HooksPort, ObjectChange, ProposalAnswer, Reader,
  RevokeRequest, WaitOptions, WriteRequest
} from './engine.js'
