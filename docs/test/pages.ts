import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** What readers are given to copy from: the README and all pages below docs/, by their paths in the repository. */
export async function readPages (): Promise<ReadonlyMap<string, string>> {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const files = await readdir(`${root}docs`, { recursive: true })
  const paths = ['README.md', ...files.filter(file => file.endsWith('.md')).sort().map(file => `docs/${file}`)]
  return new Map(await Promise.all(paths.map(async path => [path, await readFile(root + path, 'utf8')] as const)))
}
