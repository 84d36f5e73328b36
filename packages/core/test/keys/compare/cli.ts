import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Comparison } from './compare.js'
import type { Part } from './worker.js'

/**
 * Whether the providers of cryptography give one verdict on every input (R5):
 *
 *   npm run crypto -- --cases 1000000 --slow 20000 --seed 1
 *
 * `cases` for what takes microseconds, `slow` for the portable provider. Ends with a line that says how many mutations
 * and mismatches there were; exits 1 at the first mismatch and prints the case.
 */
const { values } = parseArgs({ options: { cases: { type: 'string', default: '1000000' }, slow: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } } })
const [cases, slow, seed] = [values.cases, values.slow, values.seed].map(Number) as [number, number, number]
const FAST = ['native', 'libsodium']
const ALL = [...FAST, 'portable']
const PROGRESS = 10_000

// Processes, as on Node 20 tsx doesn't reach into threads.
const workers = Array.from({ length: availableParallelism() }, () => fork(fileURLToPath(new URL('./worker.ts', import.meta.url))))
class Mismatch extends Error {}

try {
  let done = 0
  done += await run({ of: 'Ed25519', judges: FAST }, cases, 2000)
  done += await run({ of: 'X25519', judges: FAST }, cases, 2000)
  done += await run({ of: 'Ed25519', judges: ALL }, slow, 100)
  done += await run({ of: 'X25519', judges: ALL }, slow, 100)
  console.log(`${done} mutations with seed ${seed}: 0 mismatches`)
} catch (error) {
  if (!(error instanceof Mismatch)) throw error
  console.error(error.message)
  // Not process.exit(): it would cut off what a pipe hasn't taken yet, and the case is what counts.
  process.exitCode = 1
} finally {
  for (const worker of workers) worker.kill()
}

/** Deals the parts out to the workers; each takes the next when it has done one. */
async function run (what: Pick<Part, 'of' | 'judges'>, total: number, size: number): Promise<number> {
  const name = `${what.of}, ${what.judges.join(', ')}`
  const begun = Date.now()
  const sum = { cases: 0, directed: 0, good: 0 }
  let next = 0
  let told = begun
  await Promise.all(workers.map(async worker => {
    for (let part = next++; part * size < total; part = next++) {
      const result = await ask(worker, { ...what, cases: Math.min(size, total - part * size), seed: seedOf(part) })
      if (result.mismatches.length > 0) throw new Mismatch(`${name}, seed ${seed}:\n${result.mismatches.join('\n')}`)
      for (const key of ['cases', 'directed', 'good'] as const) sum[key] += result[key]
      if (Date.now() - told < PROGRESS) continue
      told = Date.now()
      console.log(`${name}: ${sum.cases} of ${total}`)
    }
  }))
  const rate = sum.cases / (Date.now() - begun) * 1000
  console.log(`${name}: ${sum.cases} mutations, ${sum.directed} of them directed, ${sum.good} good, 0 mismatches; ${rate.toFixed(0)} a second`)
  return sum.cases
}

function ask (worker: ChildProcess, part: Part): Promise<Comparison> {
  return new Promise((resolve, reject) => {
    const fail = () => { reject(new Error(`A worker ended at ${JSON.stringify(part)}`)) }
    worker.once('exit', fail)
    worker.once('message', result => {
      worker.off('exit', fail)
      resolve(result as Comparison)
    })
    worker.send(part)
  })
}

/** Far apart for neighbouring parts and seeds: fast-check's seeds are 32 bits. */
function seedOf (part: number): number {
  return Math.imul(seed, 0x85ebca6b) ^ Math.imul(part + 1, 0x9e3779b1)
}
