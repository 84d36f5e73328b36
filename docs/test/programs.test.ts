import { expect, test } from '@jest/globals'
import { programsOf } from './programs.js'

const page = [
  '# A page', '```ts', 'const a = 1', '```', '<!-- ts', 'check(a)', '-->', 'text',
  '<!-- not run: needs a LAN -->', '```ts', 'never()', '```', '```sh', 'npm ci', '```',
  '<!-- new program -->', '```ts', 'const b = 2', '```'
].join('\n')

test('blocks and hidden blocks of a page are one program, each line in its place', () => {
  const { programs } = programsOf(page)
  expect(programs.map(program => program.split('\n').flatMap((line, i) => line === '' ? [] : [[i + 1, line]]))).toEqual([
    [[3, 'const a = 1'], [6, 'check(a)']],
    [[18, 'const b = 2']]
  ])
})

test('a block that is not run is left out, and its reason kept', () => {
  expect(programsOf(page).notRun).toEqual(['needs a LAN'])
})
