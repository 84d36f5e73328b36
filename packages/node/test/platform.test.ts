import { expect, test } from '@jest/globals'
import { platform } from '../src/platform.js'

test('a pause in long work is over at once, though nothing else happens in the process', async () => {
  await new Promise(resolve => { setTimeout(resolve, 50) })
  const order: string[] = []
  await new Promise<void>(resolve => {
    setTimeout(() => {
      order.push('half a second')
      resolve()
    }, 500)
    platform.schedule(0, () => { order.push('pause') })
    const begin = performance.now()
    platform.schedule(0, () => { order.push(performance.now() - begin < 250 ? 'at once' : 'late') })
  })
  expect(order).toEqual(['pause', 'at once', 'half a second'])
})

test('a pause that was taken back never ends', async () => {
  let ended = false
  platform.schedule(0, () => { ended = true })()
  await new Promise(resolve => { setTimeout(resolve, 20) })
  expect(ended).toBe(false)
})
