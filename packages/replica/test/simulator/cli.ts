import { parseArgs } from 'node:util'
import { PLANTS, find } from './plants/find.js'
import { run } from './run.js'
import type { Outcome, RunOptions } from './run.js'
import { shrink } from './shrink.js'

/** npm run simulate -- --seeds 1000 --nodes 5 --steps 500 [--from 900000] [--only 3,7,19] [--trace]; with --plants: finds planted bugs. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    nodes: { type: 'string', default: '5' },
    steps: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    only: { type: 'string' },
    trace: { type: 'boolean', default: false },
    plants: { type: 'boolean', default: false }
  }
})
const [seeds, nodes, steps, from] = [values.seeds, values.nodes, values.steps, values.from].map(Number) as [number, number, number, number]
const only = values.only?.split(',').map(Number)
const PROGRESS = 5000

let current = from
process.on('unhandledRejection', error => {
  console.error(`seed ${current}: a rejection that nobody handled`, error)
  process.exit(1)
})

/** What Node exits with where nothing is left that could ever happen, and says nothing. */
const NEVER_SETTLED = 13
process.on('exit', code => {
  if (code === NEVER_SETTLED) console.error(`seed ${current}: everything waits for something that never comes`)
})

process.exitCode = (values.plants ? await findPlants() : await simulate()) ? 0 : 1

async function simulate (): Promise<boolean> {
  let held = 0
  let told = Date.now()
  for (let seed = from; seed < from + seeds; seed++) {
    current = seed
    const options: RunOptions = { seed, nodes, steps, keepTrace: values.trace, ...only === undefined ? {} : { only } }
    const outcome = await run(options)
    if (values.trace) console.log(outcome.trace.join('\n'))
    if (outcome.problem === undefined) held++
    else await report(options, outcome)
    if (Date.now() - told < PROGRESS) continue
    told = Date.now()
    console.log(`${seed - from + 1} of ${seeds} seeds done, ${held} held`)
  }
  console.log(`${held} of ${seeds} seeds held`)
  return held === seeds
}

async function findPlants (): Promise<boolean> {
  let found = 0
  for (const plant of PLANTS) {
    const result = await find(plant, { from, seeds, nodes, steps })
    if (result !== undefined) found++
    console.log(`${plant.bug}: ${result === undefined ? `not within ${seeds} seeds` : `within ${result.seeds}, by "${result.problem.split(':')[0]}"`}`)
  }
  console.log(`${found} of ${PLANTS.length} planted bugs found`)
  return found === PLANTS.length
}

async function report (options: RunOptions, { seed, step, problem }: Outcome): Promise<void> {
  console.log(`seed ${seed} broke a rule at step ${step}. ${problem}`)
  if (options.only !== undefined) return
  const smaller = await shrink(options)
  const flags = smaller.only === undefined ? '' : ` --only ${smaller.only.join(',')}`
  console.log(`replay it with: npm run simulate -- --from ${seed} --seeds 1 --nodes ${smaller.nodes} --steps ${smaller.steps}${flags} --trace`)
}
