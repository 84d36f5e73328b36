import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

const loader = new URL('../../../../../node_modules/tsx/dist/loader.mjs', import.meta.url).href

/** Runs a program of ours in a network namespace, with a channel for messages. */
export function spawnIn (namespace: string, program: string, ...args: readonly string[]): ChildProcess {
  return spawn('ip', ['netns', 'exec', namespace, process.execPath, '--import', loader, program, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
    // Not our NODE_OPTIONS: they are for the tests.
    env: { PATH: process.env['PATH'] }
  })
}
