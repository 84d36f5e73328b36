import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { AbstractLevel } from 'abstract-level'
import type { DinemicError } from '@dinemic/core'
import { Level } from 'level'
import { MemoryLevel } from 'memory-level'
import { codesOf, corrupt } from './errors.js'

export type BinaryLevel = AbstractLevel<string | Buffer | Uint8Array, Uint8Array, Uint8Array>

const ENCODING = { keyEncoding: 'view', valueEncoding: 'view' } as const

/** What an opening that was interrupted leaves behind. No file of these holds data. */
const WITHOUT_DATA = /^(LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.dbtmp)$/

/** LevelDB in a directory, which is made if it isn't there, or in memory. Level itself opens it. */
export async function createLevel (path: string | undefined): Promise<BinaryLevel> {
  if (path === undefined) return new MemoryLevel({ ...ENCODING, storeEncoding: 'view' })
  await makeDirectory(path)
  await checkDirectory(path)
  // LevelDB's own options stay as they are. Frames are mostly random, but they repeat field names, and the ids that stand in
  // their rows: compression makes a created object 575 bytes instead of 734, and costs writing nothing that could be measured.
  return new Level(path, ENCODING)
}

/**
 * LevelDB takes a directory without a `CURRENT` file for a new one and clears it of all that looks like its own:
 * a store that lost one file would lose the rest. So that is checked before.
 */
async function checkDirectory (path: string): Promise<void> {
  const files = await filesOf(path)
  if (files.includes('CURRENT')) {
    const manifest = (await readFile(join(path, 'CURRENT'), 'utf8')).trim()
    if (!files.includes(manifest)) throw corrupt('its file CURRENT names no file that is there', path)
    return
  }
  const foreign = files.find(file => !WITHOUT_DATA.test(file) && !file.startsWith('.'))
  if (foreign !== undefined) throw corrupt(`it has files (${foreign}) but no CURRENT, which every store has`, path)
}

async function filesOf (path: string): Promise<string[]> {
  try {
    return await readdir(path)
  } catch (error) {
    throw codesOf(error).includes('ENOTDIR') ? isFile(path) : error
  }
}

/** Level would do it with `recursive`, and Node tries that for ever where a parent is there and nothing can be made in it, as in /proc. */
async function makeDirectory (path: string): Promise<void> {
  if (existsSync(path)) return
  const parent = dirname(path)
  if (parent !== path) await makeDirectory(parent)
  try {
    await mkdir(path)
  } catch (error) {
    const codes = codesOf(error)
    if (codes.includes('EEXIST')) return // somebody else has made it meanwhile
    throw codes.includes('ENOTDIR') ? isFile(path) : error
  }
}

function isFile (path: string): DinemicError {
  return corrupt('it is a file or lies in one, not a directory', path)
}
