import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { transform as esbuild } from 'esbuild'
import { transform as swc } from '@swc/core'

/** A compiler in one of its dialects; with `define` fields are defined on each instance, as the language does, else only typed. */
export interface Variant {
  readonly compiler: 'tsc' | 'esbuild' | 'swc'
  readonly dialect: 'legacy' | 'legacy+metadata' | 'standard' | '2022-03' | '2023-11'
  readonly define: boolean
}

const DIALECTS = {
  tsc: ['legacy', 'legacy+metadata', 'standard'],
  // esbuild never emits metadata.
  esbuild: ['legacy', 'standard'],
  swc: ['legacy', 'legacy+metadata', '2022-03', '2023-11']
} as const

export const VARIANTS: readonly Variant[] = (['tsc', 'esbuild', 'swc'] as const).flatMap(compiler =>
  DIALECTS[compiler].flatMap(dialect => [true, false].map(define => ({ compiler, dialect, define }))))

export function nameOf ({ compiler, dialect, define }: Variant): string {
  return `${compiler} ${dialect}, fields ${define ? 'defined' : 'assigned'}`
}

/** Compiles the files one by one, as all of these compilers can, into `folder`. */
export async function compile (variant: Variant, files: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  if (variant.compiler === 'tsc') return await runTsc(variant, files, folder)
  const transform = variant.compiler === 'esbuild' ? runEsbuild : runSwc
  for (const file of files) {
    const name = file.slice(file.lastIndexOf('/') + 1)
    const code = await transform(variant, await readFile(file, 'utf8'), name)
    await writeFile(join(folder, name.replace(/\.ts$/, '.js')), code)
  }
}

function compilerOptions ({ dialect, define }: Variant) {
  return {
    target: 'ES2022',
    useDefineForClassFields: define,
    experimentalDecorators: dialect.startsWith('legacy'),
    emitDecoratorMetadata: dialect === 'legacy+metadata'
  }
}

/** The types are checked elsewhere (test/types): here `noResolve` keeps tsc to these files. */
async function runTsc (variant: Variant, files: readonly string[], folder: string): Promise<void> {
  const project = join(folder, 'tsconfig.json')
  const only = { module: 'ESNext', moduleResolution: 'Bundler', noCheck: true, noResolve: true, types: [], rootDir: dirname(files[0]!), outDir: folder }
  await writeFile(project, JSON.stringify({ compilerOptions: { ...compilerOptions(variant), ...only }, files }))
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  await promisify(execFile)(process.execPath, [tsc, '-p', project])
}

async function runEsbuild (variant: Variant, code: string): Promise<string> {
  const tsconfigRaw = { compilerOptions: compilerOptions(variant) }
  return (await esbuild(code, { loader: 'ts', target: 'es2022', tsconfigRaw })).code
}

async function runSwc (variant: Variant, code: string, filename: string): Promise<string> {
  const { dialect, define } = variant
  const decorators = dialect.startsWith('legacy')
    ? { legacyDecorator: true, decoratorMetadata: dialect === 'legacy+metadata' }
    : { decoratorVersion: dialect as '2022-03' }
  const result = await swc(code, {
    filename,
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { ...decorators, useDefineForClassFields: define }
    }
  })
  return result.code
}
