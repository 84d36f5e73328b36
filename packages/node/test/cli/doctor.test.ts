import { afterEach, describe, expect, test } from '@jest/globals'
import type { Commit } from '@dinemic/core'
import { LevelDatabase, LevelStore } from '@dinemic/store'
import { runCli } from '../../src/cli/run.js'
import type { Node } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { refusal } from '../api/deaf.js'
import { Card, MODELS, pair } from '../api/models.js'

const rig = new Rig()
afterEach(rig.end)

async function dinemic (...args: string[]): Promise<{ code: number, out: string, error: string }> {
  const [out, error]: [string[], string[]] = [[], []]
  const code = await runCli(args, { out: text => { out.push(text) }, error: text => { error.push(text) } })
  return { code, out: out.join('\n'), error: error.join('\n') }
}

/** A directory whose node has stopped; `use` works on it meanwhile. */
async function storeOf (use: (node: Node) => Promise<void> = async () => {}, options: { readonly password?: string } = {}): Promise<string> {
  const path = await rig.directory()
  const node = await rig.start({ ...MODELS, path, ...options })
  await use(node)
  await node.stop()
  return path
}

/** Does what a node never would. */
async function tamper (path: string, commit: Commit): Promise<void> {
  const store = new LevelStore(new LevelDatabase({ path }))
  await store.open()
  await store.commit(commit)
  await store.close()
}

test('a store in good order: what it holds, and nothing to do', async () => {
  const path = await storeOf(async node => {
    for (const name of ['Ann', 'Bob', 'Cid']) await node.use(Card).create({ name })
    const [card] = await node.use(Card).find()
    await card!.remove()
  })
  const { code, out } = await dinemic('doctor', path, '--network', rig.network)
  expect([code, out]).toEqual([0, expect.stringMatching(/private keys of objects: 3\n[^]*Card +2 +1 +3 +0 +0 [^]*All is well\.$/)])
  const { out: json } = await dinemic('doctor', path, '--json')
  expect(JSON.parse(json)).toMatchObject({ path, keys: 3, stoppedWell: true, pendingHooks: 0, missing: [], findings: [], models: [{ model: 'Card', objects: 2, removed: 1, updates: 3 }] })
})

test('it writes nothing: the same again, and the node starts on it', async () => {
  const path = await storeOf(async node => { await node.use(Card).create({ name: 'Ann' }) }, { password: 'secret' })
  const first = JSON.parse((await dinemic('doctor', path, '--json')).out) as { keys: unknown, models: unknown }
  const second = JSON.parse((await dinemic('doctor', path, '--json')).out) as typeof first
  expect([second.keys, second.models]).toEqual(['encrypted', first.models])
  expect(await (await rig.start({ ...MODELS, path, password: 'secret' })).use(Card).count()).toBe(1)
})

describe('what is wrong', () => {
  test('another network, and a death', async () => {
    const path = await storeOf()
    await tamper(path, { objects: [], settings: [{ name: 'running', value: Uint8Array.of(1) }] })
    const { code, out } = await dinemic('doctor', path, '--network', 'elsewhere')
    expect([code, out]).toEqual([1, expect.stringMatching(/PROBLEM: It belongs to another network than 'elsewhere'\.[^]*note: The last node on it did not stop/)])
  })

  test('missing updates, unreadable objects, hooks to be run', async () => {
    let [object, lost] = ['', '']
    const path = await storeOf(async node => {
      const card = await node.use(Card).create({ name: 'Ann' })
      object = card.id
      for (const name of ['Bob', 'Cid']) {
        card.name = name
        const [update] = await card.save()
        if (name === 'Bob') lost = update!
      }
    })
    await tamper(path, { objects: [{ object, put: [], drop: [lost] }], events: [{ seq: 1_000, data: Uint8Array.of(0) }] })
    const { code, out } = await dinemic('doctor', path)
    expect([code, out]).toEqual([1, expect.stringMatching(new RegExp(`PROBLEM: 1 update that others point to is missing, and 1 update that is here does not count\\.\n    ${lost} of ${object}[^]*note: 1 after-hook is still to be run`))])

    await tamper(path, { objects: [{ object, put: [{ id: 'f'.repeat(64), millis: 0, frame: new Uint8Array(100) }], drop: [] }] })
    expect((await dinemic('doctor', path)).out).toContain(`PROBLEM: 1 object can't be read.\n    ${object}: `)
  })

  test('what hooks of the node hide', async () => {
    const path = await rig.directory()
    const { b, id, update } = await refusal(rig, { path })
    await b.stop()
    const { code, out } = await dinemic('doctor', path)
    expect([code, out]).toEqual([0, expect.stringContaining(`note: 1 update is hidden by before-hooks of this node.\n    ${update} of ${id}\n  → If a hook was wrong`)])
  })
})

test('what can\'t be looked at ends with 2 and a code, for people and for programs', async () => {
  const path = await rig.directory()
  const running = await rig.start({ ...MODELS, path })
  const cases: [string, string[]][] = [
    ['STORE_LOCKED', ['doctor', path]], ['NODE_NO_STORE', ['doctor', await rig.directory()]], ['NODE_NO_STORE', ['doctor', `${path}/none`]],
    ['NODE_BAD_ARGUMENTS', ['doctor']], ['NODE_BAD_ARGUMENTS', ['doctor', 'a', 'b']], ['NODE_BAD_ARGUMENTS', ['doctor', path, '--netwrok', 'x']], ['NODE_BAD_ARGUMENTS', ['doctr', path]],
    ['NODE_BAD_ARGUMENTS', ['peers']], ['NODE_BAD_ARGUMENTS', ['peers', '--network', 'x', '--timeout', 'soon']], ['NODE_BAD_ARGUMENTS', ['peers', '--network', 'x', '--no-discovery']]
  ]
  for (const [expected, args] of cases) {
    const [{ code, error }, { error: json }] = [await dinemic(...args), await dinemic(...args, '--json')]
    expect([args, code, error.split(':')[0], error.split('\n').length]).toEqual([args, 2, expected, 1])
    if (args.length > 1) expect(JSON.parse(json)).toMatchObject({ error: { code: expected } })
  }
  await running.stop()
})

describe('peers', () => {
  test('names who is there; who is not ends with 1 and says why', async () => {
    const [a, b] = await pair(rig)
    const args = ['peers', '--network', rig.network, '--no-discovery']
    const { code, out } = await dinemic(...args, '--connect', a.addresses[0]!, '--connect', b.addresses[0]!)
    expect([code, out]).toEqual([0, expect.stringMatching(/its clock agrees with ours[^]*2 peers in the network/)])
    for (const node of [a, b]) expect(out).toContain(node.id)
    const { code: none, out: json } = await dinemic(...args, '--json', '--connect', '/ip4/127.0.0.1/tcp/1')
    expect([none, JSON.parse(json)]).toEqual([1, { network: rig.network, peers: [], failures: [expect.objectContaining({ code: 'NET_UNREACHABLE' })] }])
    const other = await dinemic('peers', '--network', 'elsewhere', '--no-discovery', '--connect', a.addresses[0]!)
    expect([other.code, other.out]).toEqual([1, expect.stringContaining('NET_OTHER_NETWORK')])
  })
})

test('without a command, and with --help, it says what there is', async () => {
  expect(await dinemic()).toMatchObject({ code: 2, out: expect.stringContaining('dinemic doctor <path>') })
  expect(await dinemic('doctor', '--help')).toMatchObject({ code: 0, out: expect.stringContaining('--no-discovery') })
})
