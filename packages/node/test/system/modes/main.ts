// The scenario of the 23 hooks on two real nodes; compiled beside it, in each dialect of decorators. Prints what was heard.
// oxlint-disable-next-line no-restricted-imports -- this is what a user writes
import { Node, type NodeOptions } from '@dinemic/node'
// oxlint-disable-next-line no-restricted-imports -- fixtures have no other name
import { Person } from '../../../../orm/test/decorators/fixtures/every-hook.js'
// oxlint-disable-next-line no-restricted-imports -- fixtures have no other name
import { hooksScenario } from '../../../../orm/test/decorators/fixtures/hooks-scenario.js'

const options: NodeOptions = { network: 'modes', models: [Person], listen: ['/ip4/127.0.0.1/tcp/0'], discovery: false }

async function main (): Promise<void> {
  const [a, b] = [await Node.start(options), await Node.start(options)]
  const show = async (node: Node, id: string): Promise<string> => {
    const history = await (await node.use(Person).get(id))?.$.history() ?? []
    return history.map(update => update.id).sort().join()
  }
  const quiet = async (id: string): Promise<void> => {
    for (;;) {
      await Promise.all([a.idle(), b.idle()])
      if (await show(a, id) === await show(b, id)) break
      // What one says reaches the other in a moment, and neither is busy until then.
      await new Promise(resolve => { setTimeout(resolve, 5) })
    }
    await Promise.all([a.idle(), b.idle()])
  }
  try {
    await b.connect(a.addresses[0]!)
    console.log(JSON.stringify(await hooksScenario({ a, b, quiet })))
  } finally {
    await Promise.all([a.stop(), b.stop()])
  }
}

await main()
