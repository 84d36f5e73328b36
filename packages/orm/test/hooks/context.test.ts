import { expect, test } from '@jest/globals'
import { checkNotReentrant, currentHook, runInHook } from '../../src/hooks/context.js'

/** Stands for a node's. */
const engine = {}
const reentrant = expect.objectContaining({ code: 'ORM_REENTRANT' })

test('a hook knows where it is, also after awaiting; nobody else does', async () => {
  expect(currentHook()).toBeUndefined()
  await runInHook({ engine, object: 'Person:1', phase: 'before' }, async () => {
    await Promise.resolve()
    expect(currentHook()).toEqual({ engine, object: 'Person:1', phase: 'before' })
  })
  expect(currentHook()).toBeUndefined()
})

test('a before-hook may not save its object, nor may a hook of what it saves', async () => {
  await runInHook({ engine, object: 'Person:1', phase: 'before' }, async () => {
    expect(() => checkNotReentrant(engine, 'Person:1')).toThrow(reentrant)
    expect(() => checkNotReentrant(engine, 'Person:2')).not.toThrow()
    await runInHook({ engine, object: 'Person:2', phase: 'after' }, () => {
      expect(() => checkNotReentrant(engine, 'Person:1')).toThrow(reentrant)
      expect(() => checkNotReentrant(engine, 'Person:2')).not.toThrow()
    })
  })
})

test('an after-hook may', async () => {
  await runInHook({ engine, object: 'Person:1', phase: 'after' }, () => {
    expect(() => checkNotReentrant(engine, 'Person:1')).not.toThrow()
  })
})

test('what a hook leaves behind may save once the hook is over', async () => {
  let later: Promise<unknown> | undefined
  let over = () => {}
  const end = new Promise<void>((resolve) => { over = resolve })
  await runInHook({ engine, object: 'Person:1', phase: 'before' }, () => {
    later = end.then(() => checkNotReentrant(engine, 'Person:1'))
  })
  over()
  await expect(later).resolves.toBeUndefined()
})
