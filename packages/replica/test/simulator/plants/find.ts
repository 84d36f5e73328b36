import type { CryptoProvider } from '@dinemic/core'
import { run } from '../run.js'
import { mergePlants } from './merging.js'
import type { Plant } from './plant.js'
import { secrecyPlants } from './secrecy.js'
import { verdictPlants } from './verdicts.js'

export const PLANTS: readonly Plant[] = [...verdictPlants, ...mergePlants, ...secrecyPlants]

export interface Search { readonly from: number, readonly seeds: number, readonly nodes: number, readonly steps: number }

/** How many seeds it takes until a planted bug breaks a rule, and which; undefined where none of them shows it. */
export async function find (plant: Plant, { from, seeds, nodes, steps }: Search): Promise<{ readonly seeds: number, readonly problem: string } | undefined> {
  const uproot = plant.install?.() ?? (() => {})
  try {
    for (let i = 0; i < seeds; i++) {
      const { problem } = await run({ seed: from + i, nodes, steps, ...providerOf(plant) })
      if (problem !== undefined) return { seeds: i + 1, problem }
    }
    return undefined
  } finally {
    uproot()
  }
}

function providerOf ({ provider }: Plant): { provider?: (provider: CryptoProvider) => CryptoProvider } {
  return provider === undefined ? {} : { provider }
}
