import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

const run = promisify(execFile)
const repository = fileURLToPath(new URL('../../../..', import.meta.url))
const PACKAGES = ['core', 'store', 'net', 'replica', 'orm', 'node']

let app: string

/** An app in an empty folder, on the packages as they would be published. */
beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'dinemic-app-'))
  const workspaces = PACKAGES.flatMap(name => ['-w', `packages/${name}`])
  await run('npm', ['pack', '--silent', '--pack-destination', app, ...workspaces], { cwd: repository })
  const tarballs = await readdir(app)
  const dependencies = Object.fromEntries(PACKAGES.map(name => [`@dinemic/${name}`, `file:${tarballs.find(file => file.startsWith(`dinemic-${name}-`))!}`]))
  const { '@dinemic/node': node, ...others } = dependencies
  await cp(fileURLToPath(new URL('app', import.meta.url)), app, { recursive: true })
  await writeJson('package.json', { name: 'app', private: true, type: 'module', dependencies: { '@dinemic/node': node }, overrides: others })
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: app })
})

afterAll(async () => {
  await rm(app, { recursive: true, force: true })
})

test('npm installs our packages from the tarballs, and nothing of ours from elsewhere', async () => {
  const { stdout } = await run('npm', ['ls', '--all', '--json', '@dinemic/core'], { cwd: app })
  const versions = [...stdout.matchAll(/"resolved": "([^"]+dinemic[^"]+)"/g)].map(([, resolved]) => resolved)
  expect(versions.length).toBeGreaterThan(0)
  expect(versions.filter(resolved => !resolved!.startsWith('file:'))).toEqual([])
})

test('npm installs the command dinemic', async () => {
  const { stdout } = await run(join(app, 'node_modules/.bin/dinemic'), ['--help'], { cwd: app, env: { ...process.env, NODE_OPTIONS: '' } })
  expect(stdout).toContain('dinemic doctor <path>')
})

test.each(['legacy', 'standard'])('tsc compiles the app with %s decorators, and it runs', async decorators => {
  await writeJson('tsconfig.json', {
    compilerOptions: {
      target: 'ES2022', module: 'NodeNext', strict: true, outDir: `out-${decorators}`,
      ...decorators === 'legacy' ? { experimentalDecorators: true, emitDecoratorMetadata: true } : {}
    },
    include: ['*.ts']
  })
  await runNode(join(repository, 'node_modules/typescript/bin/tsc'))
  expect(await runNode(`out-${decorators}/main.js`)).toBe('the story holds\n')
})

test('tsx runs the app as it is', async () => {
  expect(await runNode('--import', new URL('../../../../node_modules/tsx/dist/loader.mjs', import.meta.url).href, 'main.ts')).toBe('the story holds\n')
})

async function runNode (...args: string[]): Promise<string> {
  try {
    return (await run(process.execPath, args, { cwd: app, timeout: 60_000, env: { ...process.env, NODE_OPTIONS: '' } })).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string, stderr: string }
    throw new Error(`node ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
  }
}

async function writeJson (name: string, content: object): Promise<void> {
  await writeFile(join(app, name), JSON.stringify(content, null, 2))
}
