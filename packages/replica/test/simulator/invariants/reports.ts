import { isDinemicError } from '@dinemic/core'
import type { Reports as EngineReports } from '../../../src/report.js'
import type { SimNode } from '../node.js'
import type { World } from '../world.js'

/** What a peer's nonsense may lead to; all other errors are mistakes of the engine. */
const NONSENSE = ['REPLICA_BAD_MESSAGE', 'CORE_BAD_ENCODING', 'CORE_BAD_ID', 'CORE_BAD_UPDATE']

/** No error inside the engine, whatever comes from outside. */
export class Reports {
  readonly #world: World

  constructor (world: World) {
    this.#world = world
  }

  report (node: SimNode, event: keyof EngineReports, payload: unknown): void {
    if (event !== 'error') return
    if (isDinemicError(payload) && (NONSENSE.includes(payload.code) || payload.code.startsWith('NET_'))) return
    this.#world.fail('no error inside the engine', `${node.name}: ${payload instanceof Error ? payload.stack ?? payload.message : String(payload)}`)
  }
}
