import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
// oxlint-disable-next-line no-restricted-imports -- fixtures have no other name, and what they expect is the same everywhere
import { EXPECTED } from '../../../orm/test/decorators/fixtures/expected-hooks.js'

const run = promisify(execFile)
const packageFolder = fileURLToPath(new URL('../../', import.meta.url))
const fixtures = fileURLToPath(new URL('../../../orm/test/decorators/fixtures/', import.meta.url))
const tsc = fileURLToPath(new URL('../../../../node_modules/typescript/bin/tsc', import.meta.url))

const DIALECTS = {
  legacy: { experimentalDecorators: true },
  'legacy+metadata': { experimentalDecorators: true, emitDecoratorMetadata: true },
  standard: { experimentalDecorators: false }
} as const

let folder: string

beforeAll(async () => {
  // Under the package, so that the built packages are found by their names.
  await mkdir(join(packageFolder, 'dist'), { recursive: true })
  folder = await mkdtemp(join(packageFolder, 'dist', 'modes-'))
})
afterAll(async () => { await rm(folder, { recursive: true, force: true }) })

test.each(Object.entries(DIALECTS))('all 23 hooks fire on real nodes as they should, compiled by tsc: %s', async (name, dialect) => {
  const program = join(folder, name)
  const [copied, main] = [join(program, 'orm/test/decorators/fixtures'), join(program, 'node/test/system/modes/main')]
  await cp(fixtures, copied, { recursive: true })
  await cp(fileURLToPath(new URL('modes/main.ts', import.meta.url)), `${main}.ts`)
  // What the fixtures take from the sources, a program takes from the package.
  await writeFile(join(copied, 'dinemic.ts'), "export * from '@dinemic/node'\n")
  await writeFile(join(program, 'tsconfig.json'), JSON.stringify({
    compilerOptions: { target: 'ES2022', module: 'NodeNext', strict: true, skipLibCheck: true, types: ['node'], ...dialect },
    files: [`${main}.ts`]
  }))
  await run(process.execPath, [tsc, '-p', program])
  const { stdout } = await run(process.execPath, [`${main}.js`], { timeout: 60_000, env: { ...process.env, NODE_OPTIONS: '' } })
  expect(JSON.parse(stdout)).toEqual(EXPECTED)
})
