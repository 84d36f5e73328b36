import { afterEach, expect, test } from '@jest/globals'
import type { Store } from '@dinemic/core'
import { MemoryStore } from '@dinemic/core/testing'
import { Lan, create, set } from './harness.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

/** Says late that it has written, and calls `written` before. */
class LateStore extends MemoryStore {
  written: (() => Promise<void>) | undefined

  override async commit (...args: Parameters<Store['commit']>): Promise<void> {
    await super.commit(...args)
    const { written } = this
    this.written = undefined
    await written?.()
  }
}

test('what a hook refuses is never said to count, not even between its commit and the news of it', async () => {
  const store = new LateStore()
  const [owner, peer] = [await lan.peer(), await lan.peer({ store })]
  const object = await create(owner, { name: 'Bob' })
  await peer.connect(owner)
  await lan.quiet()
  peer.hooks.onBefore = ({ fields }) => { if (fields.some(({ after }) => after === 'Mallory')) throw new Error('not him') }
  const asked: Promise<unknown>[] = []
  store.written = async () => {
    const [, refused] = await store.updates(object)
    asked.push(peer.replica.explain(refused!.id), peer.replica.history(object))
    await new Promise<void>(resolve => { setImmediate(resolve) })
  }
  await set(owner, object, { name: 'Mallory' })
  await lan.quiet()
  expect(await Promise.all(asked)).toEqual([
    expect.objectContaining({ is: 'masked' }),
    [expect.objectContaining({ masked: false }), expect.objectContaining({ masked: true })]
  ])
})
