/** Limits that decide admission (R22): constants of protocol version 1, the same everywhere. Sizes in bytes. */
export const LIMITS = {
  body: 256 * 1024,
  operations: 1024,
  supersedes: 256,
  /** Heads of a close; of one author in the close of a grant to anyone. */
  heads: 16,
  /** Heads in all of the close of a grant to anyone. */
  openHeads: 1024,
  grants: 256,
  nesting: 16,
  modelName: 64,
  fieldName: 128,
  elementKey: 256,
  /** Updates per author under a grant to anyone that says nothing else. */
  openGrant: 1000
} as const

export const PROTOCOL_VERSION = 1
