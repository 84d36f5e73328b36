import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { readPages } from './pages.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const LINK = /\]\(([^)\s]+)\)/g
const HEADING = /^#+ (.+)$/gm

test('each link of the pages leads to a file, and to a heading of it where it names one', async () => {
  const broken: string[] = []
  for (const [page, markdown] of await readPages()) {
    for (const [, link] of markdown.matchAll(LINK)) {
      if (!/^https?:/.test(link!) && !await leadsSomewhere(page, link!)) broken.push(`${page}: ${link}`)
    }
  }
  expect(broken).toEqual([])
})

async function leadsSomewhere (page: string, link: string): Promise<boolean> {
  const [file = '', anchor] = link.split('#')
  const path = join(root, file === '' ? page : join(dirname(page), file))
  if (!existsSync(path)) return false
  if (anchor === undefined) return true
  return [...(await readFile(path, 'utf8')).matchAll(HEADING)].some(([, heading]) => toAnchor(heading!) === anchor)
}

/** As GitHub makes them. */
function toAnchor (heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')
}
