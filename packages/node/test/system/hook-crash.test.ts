import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from '@jest/globals'
import { Rig } from '../support/rig.js'

const rig = new Rig()
afterEach(rig.end)

const loader = new URL('../../../../node_modules/tsx/dist/loader.mjs', import.meta.url).href
const program = fileURLToPath(new URL('hook/main.ts', import.meta.url))

/** What one life of the program tells, until it has told all of `end` (then it is killed) or has ended. */
async function live (args: readonly string[], end: readonly string[] = []): Promise<unknown[]> {
  const child = spawn(process.execPath, ['--import', loader, program, ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { PATH: process.env['PATH'] } })
  const gone = Promise.all([once(child, 'exit'), once(child, 'disconnect')])
  const told: unknown[] = []
  child.on('message', message => {
    told.push(message)
    const words = told.map(what => (what as unknown[])[0])
    if (end.length > 0 && end.every(word => words.includes(word))) child.kill('SIGKILL')
  })
  const [[code, signal]] = await gone
  expect([code, signal]).toEqual(end.length > 0 ? [null, 'SIGKILL'] : [0, null])
  return told
}

test('a process killed between a commit and its hooks runs them at its next start, in order, and none a third time', async () => {
  const args = [await rig.directory(), rig.network]
  // The first hook has begun; the second of the same change, and both of the next change, have not.
  expect((await live([...args, 'first'], ['began', 'committed'])).sort()).toEqual([['began', 'one'], ['committed', 'two']])
  const [one, two] = [['heard', 'one', 'local', true], ['heard', 'two', 'local', true]]
  expect(await live([...args, 'second'])).toEqual([['began', 'one'], one, ['began', 'two'], two, ['idle', 'two']])
  expect(await live([...args, 'second'])).toEqual([['idle', 'two']])
}, 30_000)
