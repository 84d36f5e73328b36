import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { build } from 'esbuild'
import { expectedModels } from '../decorators/fixtures/expected.js'
import { VARIANTS, compile, nameOf } from './compilers.js'

// What compilers really emit, run by Node itself: jest has but one compiler.

const fixtures = fileURLToPath(new URL('../decorators/fixtures/', import.meta.url))
const sources = [join(fixtures, 'models.ts'), join(fixtures, 'describe.ts')]
const packageFolder = fileURLToPath(new URL('../../', import.meta.url))
const coreSource = fileURLToPath(new URL('../../../core/src/index.ts', import.meta.url))

let folder: string
let schemas: Record<string, unknown>

beforeAll(async () => {
  // Under the package, so that what stays outside of the bundle is found.
  await mkdir(join(packageFolder, 'dist'), { recursive: true })
  folder = await mkdtemp(join(packageFolder, 'dist', 'compilers-'))
  const names = [...VARIANTS.map(nameOf), 'tsc standard, no metadata']
  const tscStandard = VARIANTS.find(({ compiler, dialect }) => compiler === 'tsc' && dialect === 'standard')!
  await Promise.all([...VARIANTS, tscStandard].map(async (variant, i) => {
    await compile(variant, sources, join(folder, String(i)))
    await bundleLibrary(join(folder, String(i), 'dinemic.js'))
  }))
  await writeFile(join(folder, 'run.mjs'), runner(names))
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'run.mjs')])
  schemas = JSON.parse(stdout) as Record<string, unknown>
}, 60_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

/** Each variant gets a library of its own, so that none finds what another left. */
async function bundleLibrary (outfile: string): Promise<void> {
  await build({
    entryPoints: [join(fixtures, 'dinemic.ts')], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20',
    alias: { '@dinemic/core': coreSource }, packages: 'external', logLevel: 'error'
  })
}

/** The last one is run as by a compiler of 2022, which gave decorators no metadata: tsc gives none where the symbol is missing. */
function runner (names: readonly string[]): string {
  return `import 'reflect-metadata'
const schemas = {}
const names = ${JSON.stringify(names)}
for (const [i, name] of names.entries()) {
  await import(\`./\${i}/dinemic.js\`)
  if (i === names.length - 1) delete Symbol.metadata
  const { describeModels } = await import(\`./\${i}/describe.js\`)
  schemas[name] = describeModels()
}
console.log(JSON.stringify(schemas))
`
}

describe('the same schemas from each compiler', () => {
  test.each(VARIANTS.map(variant => [nameOf(variant), variant] as const))('%s', (name, { dialect }) => {
    expect(schemas[name]).toEqual(expectedModels(dialect === 'legacy+metadata'))
  })

  test('tsc standard, no metadata', () => {
    expect(schemas['tsc standard, no metadata']).toEqual(expectedModels(false))
  })
})
