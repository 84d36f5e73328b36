import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { TIMES } from '../src/limits.js'
import { Links } from '../src/links.js'

beforeEach(() => { jest.useFakeTimers() })
afterEach(() => { jest.useRealTimers() })

function record (): { links: Links, log: string[] } {
  const log: string[] = []
  const links = new Links({
    sayReady: peer => { log.push(`ready to ${peer}`) },
    drop: peer => { log.push(`drop ${peer}`) },
    connected: ({ id, addresses }) => { log.push(`+${id} ${addresses.join()}`) },
    disconnected: ({ id }) => { log.push(`-${id}`) }
  })
  return { links, log }
}

describe('links', () => {
  test.each([
    ['identified', 'subscribed', 'ready'],
    ['ready', 'subscribed', 'identified'],
    ['subscribed', 'identified', 'ready']
  ] as const)('connect after all three, in any order: %s, %s, %s', async (...steps) => {
    const { links, log } = record()
    links.opened('p')
    for (const step of steps) {
      expect(links.isConnected('p')).toBe(false)
      if (step === 'identified') links.identified('p', ['here'])
      else links[step]('p')
    }
    expect(await links.outcome('p')).toBe('connected')
    expect(links.connected).toEqual([{ id: 'p', addresses: ['here'] }])
    links.ready('p')
    links.opened('p')
    links.closed('p')
    links.closed('p')
    expect(log.filter(entry => !entry.startsWith('ready'))).toEqual(['+p here', '-p'])
    expect(log.filter(entry => entry.startsWith('ready'))).toEqual(['ready to p'])
  })

  test('a peer that isn\'t through in time is dropped, and was never connected', async () => {
    const { links, log } = record()
    links.opened('p')
    links.identified('p', [])
    const outcome = links.outcome('p')
    jest.advanceTimersByTime(TIMES.handshake - 1)
    expect(log).toEqual([])
    jest.advanceTimersByTime(1)
    expect(await outcome).toBe('lost')
    links.closed('p')
    expect(log).toEqual(['drop p'])
  })

  test('a connected peer is not dropped when its time for the handshake is over', () => {
    const { links, log } = record()
    links.opened('p')
    links.identified('p', [])
    links.subscribed('p')
    links.ready('p')
    jest.advanceTimersByTime(TIMES.handshake * 2)
    expect(log).not.toContain('drop p')
  })

  test('what is told of a peer without a connection changes nothing', async () => {
    const { links, log } = record()
    links.identified('p', [])
    links.subscribed('p')
    links.ready('p')
    expect(await links.outcome('p')).toBe('lost')
    expect(log).toEqual([])
  })

  test('a restarted peer, whose old connection has not ended yet, is told ready again', () => {
    const { links, log } = record()
    links.opened('p')
    links.subscribed('p')
    links.subscribed('p')
    expect(log).toEqual(['ready to p', 'ready to p'])
  })
})
