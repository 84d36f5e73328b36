import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { cleanUp } from './local-node.js'
import { readPages } from './pages.js'
import { programsOf } from './programs.js'

/** Programs that a reader can't paste and run. More than these few would be a manual that nobody has tried. */
const MOST_NOT_RUN = 5

const root = fileURLToPath(new URL('../../', import.meta.url))
const localNode = fileURLToPath(new URL('./local-node.ts', import.meta.url))
const pages = [...await readPages()].map(([path, markdown]) => ({ path, ...programsOf(markdown) })).filter(({ programs }) => programs.length > 0)
const programs = pages.flatMap(page => page.programs.map((source, i) => ({ name: `${page.path}, program ${i + 1}`, file: `${page.path.replaceAll(/[/.]/g, '-')}-${i + 1}.ts`, source })))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dinemic-snippets-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('the programs of the pages run', () => {
  afterEach(async () => {
    await cleanUp()
    jest.restoreAllMocks()
  })

  test.each(programs)('$name', async ({ file, source }) => {
    jest.spyOn(console, 'log').mockImplementation(() => {}) // what a program prints is for its reader
    const path = join(folder, file)
    await writeFile(path, source.replaceAll("'@dinemic/node'", JSON.stringify(localNode)))
    await expect(import(path)).resolves.toBeDefined()
  }, 30_000)
})

test('the programs of the pages pass the type checker', async () => {
  const project = join(folder, 'types')
  await mkdir(project)
  await writeFile(join(project, 'package.json'), '{ "type": "module" }')
  for (const { file, source } of programs) await writeFile(join(project, file), `${source}\nexport {}\n`)
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      composite: false, declaration: false, declarationMap: false, noEmit: true, noUnusedLocals: false, experimentalDecorators: true,
      typeRoots: [join(root, 'node_modules/@types')], paths: { '@dinemic/node': [join(root, 'packages/node/dist/src/index.d.ts')] }
    },
    include: ['*.ts']
  }))
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  const output = await promisify(execFile)(process.execPath, [tsc, '-p', project], { cwd: project }).then(() => '', ({ stdout }: { stdout: string }) => stdout)
  expect(output).toBe('')
}, 60_000)

test('few blocks are not run, each with a reason', () => {
  expect(pages.flatMap(({ notRun }) => notRun).length).toBeLessThanOrEqual(MOST_NOT_RUN)
})
