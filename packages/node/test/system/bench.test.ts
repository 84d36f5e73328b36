import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

const bench = fileURLToPath(new URL('../../../../bench/', import.meta.url))
const MEASURED = /\d \S+ +\(\d|\d\.\d+( +\d+\.\d+)+$/m

/** A figure is worth nothing here: what counts is that each benchmark still runs against what it measures. */
test('npm run bench, on a small scale: each benchmark runs through and prints figures', async () => {
  const files = readdirSync(bench).filter(file => file.endsWith('.js') && !['run.js', 'measure.js', 'model.js', 'reader.js'].includes(file))
  const { code, stdout, stderr } = await new Promise<{ code: number | null, stdout: string, stderr: string }>(resolve => {
    const env = { ...process.env, NODE_OPTIONS: '', BENCH_SCALE: '0.02', BENCH_RUNS: '1' }
    const child = execFile(process.execPath, [`${bench}run.js`], { env }, (_error, stdout, stderr) => { resolve({ code: child.exitCode, stdout, stderr }) })
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [, ...parts] = stdout.split('== ')
  expect(parts.map(part => part.slice(0, part.indexOf('\n'))).sort()).toEqual(files.sort())
  for (const part of parts) expect(part).toMatch(MEASURED)
}, 300_000)
