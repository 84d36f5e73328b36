import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('../../', import.meta.url))
const PACKAGES = ['core', 'store', 'net', 'replica', 'orm', 'node']
/** As a string, not in a comment: what is only spoken of is thrown elsewhere, or nowhere. */
const CODE = /'((?:CORE|STORE|NET|REPLICA|ORM|NODE)_[A-Z_]*[A-Z])'/g

async function codesOfSources (): Promise<string[]> {
  const codes = new Set<string>()
  for (const name of PACKAGES) {
    const folder = `${root}packages/${name}/src/`
    for (const file of await readdir(folder, { recursive: true })) {
      if (!file.endsWith('.ts')) continue
      const source = await readFile(folder + file, 'utf8')
      for (const [, code] of source.matchAll(CODE)) codes.add(code!)
    }
  }
  return [...codes].sort()
}

async function sectionsOfPage (): Promise<ReadonlyMap<string, string>> {
  const page = await readFile(`${root}docs/errors.md`, 'utf8')
  const [, ...sections] = page.split(/^### /m)
  return new Map(sections.map(section => [section.slice(0, section.indexOf('\n')), section] as const))
}

test('docs/errors.md has a section for each code of the sources, and for no other', async () => {
  expect([...(await sectionsOfPage()).keys()].sort()).toEqual(await codesOfSources())
})

test('each section says when, why and what to do', async () => {
  const incomplete = [...await sectionsOfPage()].filter(([, section]) => !['**When**', '**Why**', '**Do**'].every(part => section.includes(part)))
  expect(incomplete.map(([code]) => code)).toEqual([])
})
