/**
 * Every error that leaves a public verb. Recognise it by `code`, never by its text: texts get better, codes stay.
 * `docs/errors.md` has a paragraph for each code.
 */
export class DinemicError extends Error {
  override readonly name = 'DinemicError'
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>

  constructor (code: string, message: string, options: { cause?: unknown, details?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }
}

/** True for an error of ours; with a code, only for that one. Works across copies of the package, as `instanceof` does not. */
export function isDinemicError (error: unknown, code?: string): error is DinemicError {
  return error instanceof Error && error.name === 'DinemicError' && 'code' in error &&
    (code === undefined || error.code === code)
}
