import { parseArgs } from 'node:util'
import { StepFailed } from './check.js'
import { Stage } from './stage.js'
import { tellStory } from './story.js'

// node dist/run.js                          three processes on this machine, told each other's addresses
// node dist/run.js --namespaces n1,n2,n3    each in a network namespace of Linux, finding each other by mDNS

/** In ms. Each step has a patience of its own; this is for what nobody thought of. */
const DEADLINE = 60_000

const { values } = parseArgs({ options: { namespaces: { type: 'string' } } })
const stage = await Stage.open({ namespaces: values.namespaces?.split(',') ?? [] })
try {
  await Promise.race([tellStory(stage), interruption()])
  console.log('The story is told.')
} catch (error) {
  console.log(error instanceof StepFailed ? error.message : error)
  process.exitCode = 1
} finally {
  await stage.close()
}

/** Rejects on Ctrl-C, or when the story has stopped moving: so that the hosts are ended in either case. */
async function interruption (): Promise<never> {
  return await new Promise((_resolve, reject) => {
    const stop = (reason: string): void => { reject(new StepFailed(`✗ after the last step above: ${reason}`)) }
    setTimeout(() => { stop(`no end within ${DEADLINE} ms`) }, DEADLINE).unref()
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => { stop(signal) })
  })
}
