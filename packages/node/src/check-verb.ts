import { DinemicError } from '@dinemic/core'
import { problemOfOptions } from '@dinemic/orm'
import type { OptionKinds } from '@dinemic/orm'

/** Types don't reach those who write JavaScript. Throws `NODE_BAD_OPTIONS` for options of a verb that it doesn't have. */
export function checkVerb<T extends object> (verb: string, given: T, kinds: OptionKinds<T>): void {
  const problem = problemOfOptions(`node.${verb}()`, given, kinds)
  if (problem !== undefined) throw new DinemicError('NODE_BAD_OPTIONS', problem)
}
