import { isDinemicError } from '@dinemic/core'
import type { Reports as EngineReports } from '../../../src/report.js'
import { Quarantine } from '../../../src/sync/quarantine.js'
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

/** Bounds of what waits for a grant. */
const QUARANTINE = { updates: 2000, bytes: 8 * 1024 * 1024 } as const

/** Watches all quarantines from outside. Returns the check; installed once, as it patches the class. */
export function watchQuarantines (): { check: (world: World) => void, reset: () => void } {
  const bytes = new Map<Quarantine, number>()
  const add = Quarantine.prototype.add
  const release = Quarantine.prototype.release
  Quarantine.prototype.add = function (waitsFor, update) {
    const size = this.size
    bytes.set(this, (bytes.get(this) ?? 0) + update.frame.length)
    add.call(this, waitsFor, update)
    if (this.size === size) bytes.set(this, bytes.get(this)! - update.frame.length)
  }
  Quarantine.prototype.release = function (id) {
    const released = release.call(this, id)
    bytes.set(this, (bytes.get(this) ?? 0) - released.reduce((sum, { frame }) => sum + frame.length, 0))
    return released
  }
  return {
    check: world => {
      for (const [quarantine, size] of bytes) {
        if (quarantine.size > QUARANTINE.updates || size > QUARANTINE.bytes) world.fail('quotas hold', `a quarantine holds ${quarantine.size} updates, ${size} bytes`)
      }
    },
    reset: () => { bytes.clear() }
  }
}
