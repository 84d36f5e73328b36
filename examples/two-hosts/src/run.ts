import { parseArgs } from 'node:util'
import { StepFailed } from './check.js'
import { Stage } from './stage.js'
import { tellStory } from './story.js'

// node dist/run.js                             three processes on this machine, which are told each other's addresses
// node dist/run.js --namespaces lan-1,lan-2,lan-3    each in a network namespace, where they find each other by mDNS

/** Each step has its own patience; this is for what nobody thought of. */
const DEADLINE = 60_000

const { values } = parseArgs({ options: { namespaces: { type: 'string' } } })
const stage = await Stage.open({ namespaces: values.namespaces?.split(',') ?? [] })

const overdue = new Promise<never>((_resolve, reject) => {
  setTimeout(() => { reject(new StepFailed(`✗ the step after the last line above: nothing after ${DEADLINE} ms`)) }, DEADLINE).unref()
})
try {
  await Promise.race([tellStory(stage), overdue])
  console.log('The story is told.')
} catch (error) {
  console.log(error instanceof StepFailed ? error.message : error)
  process.exitCode = 1
} finally {
  await stage.close()
}
