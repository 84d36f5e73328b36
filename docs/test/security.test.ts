import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

const page = fileURLToPath(new URL('../security.md', import.meta.url))
const markdown = await readFile(page, 'utf8')
const attacks = markdown.slice(markdown.indexOf('## Attacks'), markdown.indexOf('## What isn\'t')).split('\n').filter(line => line.startsWith('| ') && !line.includes('| Shown by |'))
const LINK = /\[([^\]]+)\]\(([^)]+\.test\.ts)\)/g

test('each attack has a test that shows what happens, by its name in the file that the link leads to', async () => {
  const wrong: string[] = []
  for (const row of attacks) {
    const links = [...row.matchAll(LINK)]
    if (links.length === 0) wrong.push(`no test: ${row}`)
    for (const [, name, file] of links) {
      const source = await readFile(join(dirname(page), file!), 'utf8').catch(() => '')
      if (!source.replaceAll('\\\'', '\'').includes(`'${name}'`)) wrong.push(`not in ${file}: ${name}`)
    }
  }
  expect(wrong).toEqual([])
  expect(attacks.length).toBeGreaterThan(30)
})
