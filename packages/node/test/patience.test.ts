import { expect, test } from '@jest/globals'
import { untilIdle } from '../src/patience.js'

/** What is said where this never ends. */
async function toldOf (underWay: readonly string[]): Promise<unknown> {
  const idle = async (signal?: AbortSignal): Promise<void> => { await new Promise((_, reject) => { signal!.addEventListener('abort', () => { reject(signal!.reason as Error) }) }) }
  return await untilIdle({ idle, underWay }, { timeout: 5 }).catch((error: unknown) => error)
}

const hooks = (count: number): string[] => Array.from({ length: count }, (_, i) => `after-hooks of Person:${i}`)

test('who has waited in vain is told the first ten that are under way, and how many more there are', async () => {
  const ten = hooks(10)
  const told = (what: string): string => `After 5 ms this is still under way: ${what}. A hook that never ends would do this.`
  expect(await toldOf(ten)).toMatchObject({ message: told(ten.join('; ')), details: { underWay: ten } })
  expect(await toldOf(hooks(11))).toMatchObject({ message: told(`${ten.join('; ')}; and 1 more`), details: { underWay: hooks(11) } })
  expect(await toldOf(hooks(600))).toMatchObject({ message: told(`${ten.join('; ')}; and 590 more`), details: { underWay: hooks(600) } })
})

test('a hook is named as the cause only where one is under way', async () => {
  expect(await toldOf(['comparing with a', 'striking off after-hooks that have run'])).toMatchObject({ message: 'After 5 ms this is still under way: comparing with a; striking off after-hooks that have run.' })
  expect(await toldOf([...Array.from({ length: 10 }, (_, i) => `comparing with ${i}`), ...hooks(1)])).toMatchObject({ message: expect.stringMatching(/comparing with 9; and 1 more\. A hook that never ends would do this\.$/) })
})
