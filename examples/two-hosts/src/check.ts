import { inspect, isDeepStrictEqual } from 'node:util'
import { HostError } from './remote-host.js'

/** A step of the story that went otherwise. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed'
}

/** Waits for what a step gives, compares it, and says so in one line. Throws `StepFailed`. */
export async function check (step: string, given: unknown, expected: unknown): Promise<void> {
  const seen = await resultOf(given)
  if (!isDeepStrictEqual(seen, expected)) throw new StepFailed(`✗ ${step}\n    expected: ${text(expected)}\n    seen:     ${text(seen)}`)
  console.log(`✓ ${step}: ${text(expected)}`)
}

/** The code stands for the error: most steps that fail are meant to. */
async function resultOf (given: unknown): Promise<unknown> {
  try {
    return await given
  } catch (error) {
    if (error instanceof HostError && error.code !== 'NO_CODE') return error.code
    throw error
  }
}

/** Ids are cut: their first characters tell them apart. */
function text (value: unknown): string {
  const shown = typeof value === 'string' ? value : inspect(value, { breakLength: Infinity, depth: 4 })
  return shown.replace(/\b([A-Z]\w*:\w{6})\w{30,}/g, '$1…')
}
