import { isWellFormed } from './bytes.js'
import { DinemicError } from './errors.js'
import { parseId } from './ids.js'
import type { Commit } from './ports/store.js'

/** What every store refuses, before it writes anything of it. Throws `CORE_BAD_ID` or `STORE_BAD_COMMIT`. */
export function checkCommit (commit: Commit): void {
  for (const { object, cells = [], put } of commit.objects) {
    parseId(object)
    for (const { name } of cells) {
      if (!isWellFormed(name)) throw badCommit(`the name ${JSON.stringify(name)} of a cell of ${object} has a lone surrogate`)
    }
    for (const { id, millis } of put) {
      if (!/^[0-9a-f]{64}$/.test(id)) throw badCommit(`the update id ${JSON.stringify(id)} of ${object} is not 64 lower-case hex digits`)
      if (!Number.isSafeInteger(millis) || millis < 0 || millis >= 2 ** 48) throw badCommit(`update ${id} of ${object} has the clock ${millis} ms, outside 48 bits`)
    }
  }
  for (const { seq } of commit.events ?? []) {
    if (!Number.isSafeInteger(seq) || seq < 0) throw badCommit(`an event has the seq ${seq}, which is not an integer from 0 on`)
  }
}

function badCommit (problem: string): DinemicError {
  return new DinemicError('STORE_BAD_COMMIT', `The commit was refused and nothing was written: ${problem}.`)
}
