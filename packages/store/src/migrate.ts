import { DinemicError } from '@dinemic/core'
import { decodeCompact, encodeCompact } from './compact-int.js'
import { corrupt } from './errors.js'
import { VERSION_KEY } from './key-layout.js'
import type { BinaryLevel } from './open-level.js'

/** Version of what key-layout.ts and rows.ts describe. */
export const LAYOUT = 1

/**
 * Writes the layout's version into a new database, and refuses what another program or a later version wrote.
 * A change of the layout adds one step here for each version before it: read the old rows, write the new ones and the new
 * version in one batch.
 */
export async function migrate (level: BinaryLevel, path: string | undefined): Promise<void> {
  const row = await level.get(VERSION_KEY)
  if (row === undefined) {
    const keys = await level.keys({ limit: 1 }).all()
    if (keys.length > 0) throw corrupt('it is a LevelDB of another program', path)
    return level.put(VERSION_KEY, encodeCompact(LAYOUT))
  }
  const version = decodeCompact(row)?.value ?? 0
  if (version > LAYOUT) {
    throw new DinemicError('STORE_TOO_NEW', `The directory ${path} has the layout ${version}, written by a later version of @dinemic/store; this one knows layouts up to ${LAYOUT}. Update the package; nothing was changed.`, { details: { path, found: version, known: LAYOUT } })
  }
  if (version < LAYOUT) throw corrupt(`its layout has the version ${version}, which never was`, path)
}
