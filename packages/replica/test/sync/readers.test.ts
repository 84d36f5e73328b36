import { expect, test } from '@jest/globals'
import { Readers } from '../../src/sync/readers.js'

/** Messages that are read at once and taken when told to, and timers that run when told to. */
function makeScene () {
  const timers: { ms: number, task: () => void }[] = []
  const began: string[] = []
  const ends = new Map<string, (strays: number) => void>()
  const readers = new Readers({ now: () => 0, random: length => new Uint8Array(length), schedule: (ms, task) => { timers.push({ ms, task }); return () => {} } })
  const read = async (peer: string, name: string): Promise<unknown> => await readers.run(peer, async () => {
    began.push(name)
    return { verdict: 'accept', taken: new Promise(resolve => { ends.set(name, resolve) }) }
  })
  const turn = async (): Promise<void> => { for (let i = 0; i < 20; i++) await Promise.resolve() }
  return { timers, began, readers, read, turn, end: (name: string, strays = 0) => { ends.get(name)!(strays) } }
}

test('one message of each peer is read and taken at a time', async () => {
  const { began, read, turn, end } = makeScene()
  void read('a', 'a1')
  void read('a', 'a2')
  void read('b', 'b1')
  await turn()
  expect(began).toEqual(['a1', 'b1'])
  end('a1')
  await turn()
  expect(began).toEqual(['a1', 'b1', 'a2'])
})

test('after strays the same peer waits, by their number and not without end', async () => {
  const { began, read, turn, end, timers } = makeScene()
  void read('a', 'a1')
  void read('a', 'a2')
  void read('b', 'b1')
  await turn()
  timers.splice(0)
  end('a1', 5)
  await turn()
  expect(began).toEqual(['a1', 'b1'])
  expect(timers.map(({ ms }) => ms)).toEqual([20])
  timers.splice(0)[0]!.task()
  await turn()
  expect(began).toEqual(['a1', 'b1', 'a2'])
  timers.splice(0)
  end('a2', 1000)
  await turn()
  expect(timers.map(({ ms }) => ms)).toEqual([100])
})

test('what can\'t be written holds up the reading of what comes for a while only', async () => {
  const { began, read, turn, timers } = makeScene()
  await expect(read('a', 'a1')).resolves.toMatchObject({ verdict: 'accept' })
  void read('a', 'a2')
  await turn()
  expect(began).toEqual(['a1'])
  timers.splice(0)[0]!.task()
  await turn()
  expect(began).toEqual(['a1', 'a2'])
})

test('a message that can\'t be read holds up no other', async () => {
  const { began, read, readers } = makeScene()
  await expect(readers.run('a', async () => { throw new TypeError('no') })).rejects.toThrow('no')
  await read('a', 'a1')
  expect(began).toEqual(['a1'])
})
