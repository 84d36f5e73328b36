import { inspect, isDeepStrictEqual } from 'node:util'
import { HostError } from './remote-host.js'

/** A step of the story that went otherwise. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed'
}

/** Waits for what a step gives, compares it (an error by its code), and says so in one line. Throws `StepFailed`. */
export async function check (step: string, given: unknown, expected: unknown): Promise<void> {
  const seen = await settled(given)
  const comparable = seen instanceof HostError ? seen.code : seen
  if (!isDeepStrictEqual(comparable, expected)) throw new StepFailed(`✗ ${step}\n    expected: ${text(expected)}\n    seen:     ${text(seen)}`)
  console.log(`✓ ${step}: ${text(expected)}`)
}

/** An error of a host is a result like any other: some steps are meant to fail. */
async function settled (given: unknown): Promise<unknown> {
  try {
    return await given
  } catch (error) {
    if (error instanceof HostError) return error
    throw error
  }
}

/** Ids are cut: their first characters tell them apart. */
function text (value: unknown): string {
  const shown = typeof value === 'string' ? value : value instanceof HostError ? value.message : inspect(value, { breakLength: Infinity })
  return shown.replace(/\b([A-Z]\w*:\w{6})\w{30,}/g, '$1…')
}
