import fc from 'fast-check'

/**
 * `FUZZ=20 npx jest …` runs each property twenty times as often, under a seed of its own; without it the runs are the same
 * each time. `FUZZ_SEED` repeats one. fast-check prints seed and path of what fails.
 */
const factor = Number(process.env.FUZZ ?? 1)
const seed = Number(process.env.FUZZ_SEED ?? (process.env.FUZZ === undefined ? 20140 : Date.now() & 0x7fffffff))

export function assertAlways<Ts extends [unknown, ...unknown[]]> (property: fc.IPropertyWithHooks<Ts>, numRuns: number): void {
  fc.assert(property, parameters(numRuns))
}

export async function assertAlwaysAsync<Ts extends [unknown, ...unknown[]]> (property: fc.IAsyncPropertyWithHooks<Ts>, numRuns: number): Promise<void> {
  await fc.assert(property, parameters(numRuns))
}

function parameters (numRuns: number): { numRuns: number, seed: number } {
  if (process.env.FUZZ !== undefined) process.stderr.write(`FUZZ_SEED=${seed} ${numRuns * factor} runs\n`)
  return { numRuns: Math.ceil(numRuns * factor), seed }
}
