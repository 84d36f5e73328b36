import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import * as dinemic from '@dinemic/node'

test('the table in docs/guide/hooks.md has all hooks there are, each once', async () => {
  const page = await readFile(fileURLToPath(new URL('../guide/hooks.md', import.meta.url)), 'utf8')
  const table = page.split('\n').filter(line => line.startsWith('|')).join('\n')
  const named = [...table.matchAll(/`(On[A-Z]\w+)`/g)].map(([, hook]) => hook!)
  expect(named.sort()).toEqual(Object.keys(dinemic).filter(name => /^On[A-Z]/.test(name)).sort())
  expect(named.length).toBe(23)
})
