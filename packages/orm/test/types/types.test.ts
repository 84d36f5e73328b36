import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')

// Each @ts-expect-error in this folder is a promise: where the line below it is accepted, tsc reports the comment.
test.each(['legacy', 'standard'])('what is promised to the type checker holds with %s decorators', async dialect => {
  const project = fileURLToPath(new URL(`tsconfig.${dialect}.json`, import.meta.url))
  const output = await promisify(execFile)(process.execPath, [tsc, '-p', project]).then(() => '', ({ stdout }: { stdout: string }) => stdout)
  expect(output).toBe('')
}, 60_000)
