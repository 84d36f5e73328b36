import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { build } from 'esbuild'

const packages = fileURLToPath(new URL('../..', import.meta.url))

/** The packages of others that are loaded when this file is, what it imports lazily left out. */
async function loadedBy (entry: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [entry],
    alias: {
      '@dinemic/core/native': `${packages}/core/src/keys/native.ts`,
      ...Object.fromEntries(['core', 'store', 'net', 'replica', 'orm'].map(name => [`@dinemic/${name}`, `${packages}/${name}/src/index.ts`]))
    },
    bundle: true, splitting: true, write: false, metafile: true, packages: 'external', platform: 'node', format: 'esm', outdir: 'none', absWorkingDir: packages
  })
  const seen = new Set<string>()
  const loaded = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const { path, kind, external } of metafile.inputs[file]!.imports) {
      if (kind !== 'import-statement') continue
      if (external === true) loaded.add(path)
      else visit(path)
    }
  }
  visit(entry)
  return [...loaded].sort()
}

test('importing the package loads no libp2p; starting a node does', async () => {
  const isOfNetwork = (name: string): boolean => /libp2p|multiaddr/.test(name)
  const loaded = await loadedBy('node/src/index.ts')
  expect(loaded).toEqual(expect.arrayContaining(['level', 'multiformats/bases/base58']))
  expect(loaded.filter(isOfNetwork)).toEqual([])
  expect((await loadedBy('net/src/index.ts')).filter(isOfNetwork)).toEqual(expect.arrayContaining(['libp2p']))
})
