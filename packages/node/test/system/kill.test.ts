import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from '@jest/globals'
import { Entity, define } from '../../src/index.js'
import type { Node } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { defineAccount, show } from './kill/account.js'
import type { Told } from './kill/account.js'

const rig = new Rig()
afterEach(rig.end)

const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000)
const PATIENCE = 20_000
const ROUNDS = 9

const loader = new URL('../../../../node_modules/tsx/dist/loader.mjs', import.meta.url).href
const program = fileURLToPath(new URL('kill/main.ts', import.meta.url))
const Account = defineAccount({ Entity, define })
type Started = Extract<Told, { told: 'started' }>

/** Everything that any life of the program has told. */
class Witness {
  readonly saved = new Map<string, number>()
  readonly pairs: (readonly [string, string])[] = []
  readonly heard = new Set<string>()
  started: Pick<Started, 'content' | 'secrets'> = { content: {}, secrets: {} }

  note (message: Told): void {
    if (message.told === 'heard') this.heard.add(`${message.id} ${message.n}`)
    else if (message.told === 'saved') this.saved.set(message.id, message.n)
    else if (message.told === 'paired') this.pairs.push(message.ids)
    else this.started = message
  }

  /** What is wrong with what a life has found at its start, after all that those before it have told. */
  * problems (): Iterable<string> {
    const { content, secrets } = this.started
    for (const [id, n] of this.saved) if ((content[id]?.n ?? -1) < n) yield `${id}: ${n} was saved, ${content[id]?.n} is there`
    for (const ids of this.pairs) for (const id of ids) if (content[id] === undefined) yield `${id}: was created in a transaction and isn't there`
    for (const [id, { n, twin, steps, visits, partner, updates }] of Object.entries(content)) {
      if (twin !== n || visits !== n || secrets[id] !== `secret ${n}` || steps.join() !== Array.from({ length: n }, (_, i) => i + 1).join()) yield `${id}: half of an update: ${[n, twin, visits, secrets[id], steps].join(' ')}`
      if (updates.length !== n + 1) yield `${id}: ${updates.length} updates, value ${n}`
      if (partner !== undefined && content[partner]?.partner !== id) yield `${id}: half of a transaction`
      for (let value = 0; value <= n; value++) if (!this.heard.has(`${id} ${value}`)) yield `${id}: no after-hook has heard ${value} of ${n}`
    }
  }
}

/** Runs the program until it has told so much, then a moment longer; kills it, and reads what it had still told. */
async function live (witness: Witness, args: readonly string[], death: { after: number, ms: number }): Promise<void> {
  const child = spawn(process.execPath, ['--import', loader, program, ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { PATH: process.env['PATH'] } })
  const gone = Promise.all([once(child, 'exit'), once(child, 'disconnect')])
  let told = 0
  let problems: string[] | undefined
  child.on('message', (message: Told) => {
    witness.note(message)
    if (message.told === 'started') problems = [...witness.problems()]
    if (++told === death.after) setTimeout(() => { child.kill('SIGKILL') }, death.ms)
  })
  const [[code, signal]] = await gone
  expect([code, signal]).toEqual([null, 'SIGKILL'])
  expect(problems ?? []).toEqual([])
}

test(`a process killed at random moments (KILL_SEED=${seed}) keeps all that resolved, nothing half, and owes no hook; peers converge`, async () => {
  const random = mulberry32(seed)
  const peer = await rig.start({ models: [Account] })
  const args = [await rig.directory(), rig.network, peer.addresses[0]!]
  const witness = new Witness()
  const end = performance.now() + PATIENCE
  for (let round = 0; round < ROUNDS && performance.now() < end; round++) {
    // Every third dies as soon as it hears what the one before has left.
    await live(witness, args, { after: round % 3 === 2 ? 1 : 1 + Math.floor(random() * 150), ms: random() * 10 })
  }
  expect(witness.saved.size).toBeGreaterThan(10)

  const last = spawn(process.execPath, ['--import', loader, program, ...args, 'rest'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { PATH: process.env['PATH'] } })
  await new Promise<void>(resolve => {
    last.on('message', (message: Told) => {
      witness.note(message)
      if (message.told === 'started') resolve()
    })
  })
  expect([...witness.problems()]).toEqual([])
  await converged(peer, witness.started.content)
  const exited = once(last, 'exit')
  last.send('stop')
  expect(await exited).toEqual([0, null])
}, 60_000)

/** Resolves once the peer shows the same of each object, down to its updates. */
async function converged (peer: Node, content: Started['content']): Promise<void> {
  const expected = JSON.stringify(Object.entries(content).sort(([a], [b]) => a < b ? -1 : 1))
  await new Promise<void>((resolve, reject) => {
    const look = async (): Promise<void> => {
      const rows = await Promise.all((await peer.use(Account).find()).map(async account => [account.id, await show(account)] as const))
      if (JSON.stringify(rows.sort(([a], [b]) => a < b ? -1 : 1)) !== expected) return
      undo()
      resolve()
    }
    const undo = peer.orm.engine.onCommit(() => { look().catch(reject) })
    look().catch(reject)
  })
}

/** T. Ettinger, 2017. */
function mulberry32 (state: number): () => number {
  return () => {
    state = state + 0x6d2b79f5 | 0
    let mixed = Math.imul(state ^ state >>> 15, 1 | state)
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32
  }
}
