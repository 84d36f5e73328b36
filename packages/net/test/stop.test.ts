import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { build } from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))

const PROGRAM = `
  import { createNetwork } from '../src/index.js'

  // The ms of each timer that is set; what is shorter than 100 ms keeps nobody waiting.
  const running = new Map()
  const { setTimeout: set, clearTimeout: clear } = globalThis
  globalThis.setTimeout = (task, ms, ...given) => {
    const timer = set(() => { running.delete(timer); task(...given) }, ms)
    if (ms >= 100) running.set(timer, ms)
    return timer
  }
  globalThis.clearTimeout = timer => { running.delete(timer); clear(timer) }

  async function start (discovery) {
    const seed = crypto.getRandomValues(new Uint8Array(32))
    const network = await createNetwork({ networkName: 'stop', seed, listen: ['/ip4/127.0.0.1/tcp/0'], discovery })
    network.handle({ message: async () => 'accept', request: async (from, data) => data, connected () {}, disconnected () {} })
    await network.start()
    return network
  }

  // Nobody is at the bootstrap address, so a is always about to dial it again.
  const a = await start({ bootstrap: ['/ip4/127.0.0.1/tcp/1'] })
  const b = await start(false)
  await a.connect(b.addresses[0])
  await a.publish('news', Uint8Array.of(1))
  await a.request(b.id, Uint8Array.of(1))
  await Promise.all([a.stop(), b.stop()])
  console.log('stopped, and waits for', [...running].filter(([timer]) => timer.hasRef()).map(([, ms]) => ms))
`

test('after stop nothing keeps the process alive', async () => {
  const { outputFiles: [program] } = await build({
    stdin: { contents: PROGRAM, resolveDir: here },
    alias: { '@dinemic/core': `${here}../../core/src/index.ts` },
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    write: false
  })
  const child = spawn(process.execPath, ['--input-type=module'], { cwd: here, stdio: ['pipe', 'pipe', 'inherit'] })
  const output = child.stdout.setEncoding('utf8').toArray()
  child.stdin.end(program!.text)
  const [code] = await once(child, 'exit')
  expect([code, (await output).join('')]).toEqual([0, 'stopped, and waits for []\n'])
}, 30_000)
