import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from '@jest/globals'
import { Rig } from '../support/rig.js'

const rig = new Rig()
afterEach(rig.end)

/** The command as a process of its own. */
async function dinemic (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null, stdout: string, stderr: string }> {
  return await new Promise(resolve => {
    const child = execFile(process.execPath, [main, ...args], { env: { ...process.env, NODE_OPTIONS: '', ...env } }, (_error, stdout, stderr) => { resolve({ code: child.exitCode, stdout, stderr }) })
  })
}
const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url))

test('dinemic peers sees a node of another process, with the network\'s key alone; dinemic doctor finds its store locked, then well', async () => {
  const networkKey = 'ab'.repeat(32)
  const path = await rig.directory()
  const node = await rig.start({ path, networkKey })
  const look = ['peers', '--network', rig.network, '--no-discovery', '--connect', node.addresses[0]!]
  expect(await dinemic(look, { DINEMIC_NETWORK_KEY: networkKey })).toEqual({ code: 0, stdout: expect.stringContaining(node.id), stderr: '' })
  expect(await dinemic([...look, '--timeout', '2000'], { DINEMIC_NETWORK_KEY: 'cd'.repeat(32) })).toMatchObject({ code: 1, stdout: expect.stringContaining('NET_') })
  expect(await dinemic(look, { DINEMIC_NETWORK_KEY: 'short' })).toMatchObject({ code: 2, stderr: expect.stringContaining('NODE_BAD_OPTIONS') })
  expect(await dinemic(['doctor', path])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('STORE_LOCKED') })
  await node.stop()
  expect(await dinemic(['doctor', path, '--network', rig.network])).toEqual({ code: 0, stdout: expect.stringContaining('All is well.'), stderr: '' })
})
