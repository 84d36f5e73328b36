import { expect, test } from '@jest/globals'
import { Lan } from './lan.js'
import { runStory, storyLines } from './run-story.js'

test('three hosts of a LAN find each other by mDNS and tell the story', async () => {
  const lan = openLan()
  if (lan === undefined) return
  try {
    const { code, lines } = await runStory('--namespaces', lan.hosts.join())

    expect(lines).toEqual(storyLines())
    expect(code).toBe(0)
  } finally {
    lan.remove()
  }
})

function openLan (): Lan | undefined {
  try {
    return new Lan(3)
  } catch (error) {
    console.warn(`Skipped: network namespaces can't be made here, which takes Linux, \`ip\` (iproute2) and root. ${String(error)}`)
    return undefined
  }
}
