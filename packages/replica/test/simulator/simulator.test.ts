import { describe, expect, test } from '@jest/globals'
import { PLANTS, find } from './plants/find.js'
import { control } from './plants/verdicts.js'
import { run } from './run.js'

const SEEDS = 200
const MINUTES = 600_000

describe('the simulator', () => {
  test('does the same for the same seed', async () => {
    const options = { seed: 7, nodes: 4, steps: 120 }
    const [first, second, other] = [await run(options), await run(options), await run({ ...options, seed: 8 })]
    expect(second.hash).toBe(first.hash)
    expect(other.hash).not.toBe(first.hash)
  }, MINUTES)

  test(`holds for the seeds 1 to ${SEEDS}`, async () => {
    const broken: string[] = []
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { problem } = await run({ seed, nodes: 3, steps: 40 })
      if (problem !== undefined) broken.push(`npm run simulate -- --from ${seed} --seeds 1 --nodes 3 --steps 40 broke a rule. ${problem}`)
    }
    expect(broken).toEqual([])
  }, MINUTES)

  test('finds no bug where none is planted', async () => {
    expect(await find(control, { from: 1, seeds: 3, nodes: 4, steps: 60 })).toBeUndefined()
  }, MINUTES)

  // Those that need many seeds are in the table of docs/simulator.md.
  const soon = ['skip the close check', 'judge at arrival', 'accept a bad link', 'forget `supersedes`', 'sum counters as doubles', 'merge by class', 'run after-hooks twice', 'seal nothing', 'wrap for all who ever read, at mending', 'the close of a grant to anyone names nobody']
  test.each(soon)('finds a planted bug: %s', async bug => {
    const plant = PLANTS.find(planted => planted.bug === bug)!
    expect(await find(plant, { from: 1, seeds: 10, nodes: 4, steps: 150 })).toMatchObject({ problem: expect.any(String) })
  }, MINUTES)
})
