// Creates and saves until it is killed, and tells its parent what has resolved and what its hooks have heard.
// oxlint-disable-next-line no-restricted-imports -- this is what a user writes
import { Entity, Listener, Node, define, defineHooks, type Change } from '@dinemic/node'
import { defineAccount, show } from './account.js'
import type { Told } from './account.js'

const [path, network, peer] = process.argv.slice(2) as [string, string, string]
const Account = defineAccount({ Entity, define })

/** Resolves when the operating system has it: what is told then survives this process. */
async function tell (what: Told): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.send!(what, (error: Error | null) => { if (error === null) resolve(); else reject(error) })
  })
}

class Hears extends Listener {
  async hear ({ object, after }: Change): Promise<void> {
    await tell({ told: 'heard', id: object.id, n: after as number })
  }
}
defineHooks(Hears, [{ hook: 'OnUpdated', method: 'hear', field: 'n' }])

const node = await Node.start({ network, path, models: [Account], listen: ['/ip4/127.0.0.1/tcp/0'], discovery: false, listeners: [[new Hears(), 'Account:[id]:n']] })
const accounts = node.use(Account)
await node.idle() // what the last death has left of hooks has run
const here = await accounts.find()
await tell({
  told: 'started',
  content: Object.fromEntries(await Promise.all(here.map(async account => [account.id, await show(account)] as const))),
  secrets: Object.fromEntries(here.map(({ id, secret }) => [id, secret]))
})
await node.connect(peer)

async function work (): Promise<never> {
  for (;;) {
    const first = { n: 0, twin: 0, secret: 'secret 0' }
    const account = await accounts.create(first)
    await tell({ told: 'saved', id: account.id, n: 0 })
    for (let n = 1; n <= 5; n++) {
      Object.assign(account, { n, twin: n, secret: `secret ${n}` })
      account.steps.push(n)
      account.visits.add()
      await account.save()
      await tell({ told: 'saved', id: account.id, n })
    }
    const ids = await node.transaction(tx => {
      const [one, other] = [tx.create(Account, first), tx.create(Account, first)]
      one.partner = other.id
      other.partner = one.id
      return [one.id, other.id] as const
    })
    await tell({ told: 'paired', ids })
  }
}

process.once('message', () => { void node.idle().then(async () => { await node.stop() }).then(() => { process.exit(0) }) })
if (process.argv[5] !== 'rest') await Promise.all([work(), work(), work()])
