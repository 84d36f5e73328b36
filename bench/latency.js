import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Node } from '@dinemic/node'
import { RUNS, SCALE, inFolder, quantile, row, summary } from './measure.js'
import { Person, quiet } from './model.js'

const SAVES = Math.round(300 * SCALE)

// Saves, waits for word that the other process's hook has run, saves again.
const p50 = []
const p99 = []
for (let run = 0; run < RUNS; run++) {
  await inFolder(async folder => {
    const node = await Node.start({ ...quiet, path: join(folder, 'a') })
    const child = fork(fileURLToPath(new URL('reader.js', import.meta.url)), [join(folder, 'b'), node.addresses[0]])
    await once(child, 'message')
    const bob = await Person.create({ name: 'Bob', salary: 1 })
    await once(child, 'message')
    const times = []
    for (let i = 0; i < SAVES; i++) {
      const heard = once(child, 'message')
      const start = process.hrtime.bigint()
      bob.name = `Bob ${i}`
      await bob.save()
      const [end] = await heard
      times.push(Number(BigInt(end) - start) / 1e6)
    }
    times.sort((a, b) => a - b)
    p50.push(quantile(times, 0.5))
    p99.push(quantile(times, 0.99))
    const ended = once(child, 'exit')
    child.send('stop')
    await ended
    await node.stop()
  })
}
row('save to the other process\'s hook, p50', summary(p50), 'ms', 2)
row('save to the other process\'s hook, p99', summary(p99), 'ms', 2)
