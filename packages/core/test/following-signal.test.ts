import { getEventListeners } from 'node:events'
import { expect, test } from '@jest/globals'
import { FollowingSignal } from '../src/index.js'

test('a signal follows another with its reason', () => {
  const followed = new AbortController()
  const following = new FollowingSignal(followed.signal)
  expect(following.signal.aborted).toBe(false)
  followed.abort('over')
  expect(following.signal.reason).toBe('over')
})

test('one that follows a signal that has aborted has aborted', () => {
  const following = new FollowingSignal(AbortSignal.abort('before'))
  expect(following.signal.reason).toBe('before')
})

test('let go of, it leaves nothing behind', () => {
  const followed = new AbortController()
  const following = new FollowingSignal(followed.signal)
  expect(getEventListeners(followed.signal, 'abort')).toHaveLength(1)
  following[Symbol.dispose]()
  expect(getEventListeners(followed.signal, 'abort')).toHaveLength(0)
  followed.abort()
  expect(following.signal.aborted).toBe(false)
})
