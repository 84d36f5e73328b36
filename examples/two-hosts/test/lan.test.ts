import { expect, test } from '@jest/globals'
import { openLan } from '../../../tools/lan.js'
import { runStory, storyLines } from './run-story.js'

test('three hosts of a LAN find each other by mDNS and tell the story', async () => {
  const lan = openLan(3)
  if (lan === undefined) return
  try {
    const { code, lines } = await runStory('--namespaces', lan.hosts.join())

    expect(lines).toEqual(storyLines())
    expect(code).toBe(0)
  } finally {
    lan.remove()
  }
})
