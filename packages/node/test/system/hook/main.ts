// Saves twice; the first after-hook of its first life never ends, so that it can be killed between a commit and its hooks.
// oxlint-disable-next-line no-restricted-imports -- this is what a user writes
import { Entity, Listener, Node, define, defineHooks, type Change } from '@dinemic/node'

const [path, network, life] = process.argv.slice(2) as [string, string, 'first' | 'second']

class Task extends Entity {
  declare title: string
}
define(Task, 'Task', { title: {} })

async function tell (what: readonly unknown[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.send!(what, (error: Error | null) => { if (error === null) resolve(); else reject(error) })
  })
}

class Hangs extends Listener {
  async hear ({ after }: Change): Promise<void> {
    await tell(['began', after])
    if (life === 'first') await new Promise(() => {})
  }
}
class Next extends Listener {
  async hear ({ after, cause, local }: Change): Promise<void> { await tell(['heard', after, cause, local]) }
}
for (const listener of [Hangs, Next]) defineHooks(listener, [{ hook: 'OnUpdated', method: 'hear' }])

const listeners = [[new Hangs(), 'Task:[id]:title'], [new Next(), 'Task:[id]:title']] as const
const node = await Node.start({ network, path, models: [Task], listen: ['/ip4/127.0.0.1/tcp/0'], discovery: false, listeners })
if (life === 'first') {
  let seen: string | undefined
  node.use(Task).live().on('changed', ({ title }) => { seen = title })
  const creating = node.use(Task).create({ title: 'one' })
  creating.catch(() => {})
  const [id] = await untilThere()
  const task = await node.use(Task).open(id)
  task.title = 'two'
  task.save().catch(() => {})
  // It is committed as soon as others see it; its hooks wait for those of the first.
  while (seen !== 'two') await new Promise(resolve => { setImmediate(resolve) })
  await tell(['committed', seen])
} else {
  await node.idle()
  await tell(['idle', (await node.use(Task).find()).map(({ title }) => title).join()])
  await node.stop()
  process.disconnect()
}

async function untilThere (): Promise<[string]> {
  for (;;) {
    const [id] = await node.use(Task).ids()
    if (id !== undefined) return [id]
    await new Promise(resolve => { setImmediate(resolve) })
  }
}
