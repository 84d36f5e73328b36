import { expect, test } from '@jest/globals'
import { Lan, allowsLan } from '../../../tools/lan.js'
import { runStory, storyLines } from './run-story.js'

const testOnLan = allowsLan() ? test : test.skip

testOnLan('three hosts of a LAN find each other by mDNS and tell the story', async () => {
  const lan = new Lan(3)
  try {
    const { code, lines } = await runStory('--namespaces', lan.hosts.join())

    expect(lines).toEqual(storyLines())
    expect(code).toBe(0)
  } finally {
    lan.remove()
  }
})
