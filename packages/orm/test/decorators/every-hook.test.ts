import { expect, test } from '@jest/globals'
import { AFTER_HOOKS, BEFORE_HOOKS } from '../../src/schema/types.js'
import { TestNetwork } from '../support/test-node.js'
import { Person } from './fixtures/every-hook.js'
import { EXPECTED } from './fixtures/expected-hooks.js'
import { hooksScenario } from './fixtures/hooks-scenario.js'

test('each of the 23 hooks fires when it should and never else, on models and on listeners', async () => {
  const network = new TestNetwork()
  const [a, b] = [await network.start([Person]), await network.start([Person])]
  const heard = await hooksScenario({ a, b, quiet: async () => { await network.quiet() } })
  await network.stop()
  expect(heard).toEqual(EXPECTED)
  const hooks = new Set(heard.flatMap(step => [...step.a, ...step.b]).map(line => line.split(' ', 2).join(' ')))
  expect([...hooks].toSorted()).toEqual([...BEFORE_HOOKS, ...AFTER_HOOKS].flatMap(hook => [`listener ${hook}`, `model ${hook}`]).toSorted())
  // Nothing of this is a conflict, refused, or an error.
  expect([...a.reported, ...b.reported].map(({ event }) => event).filter(event => !event.startsWith('peer:'))).toEqual([])
}, 30_000)
