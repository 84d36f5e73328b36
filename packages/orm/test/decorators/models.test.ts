import 'reflect-metadata'
import { expect, test } from '@jest/globals'
import { describeModels } from './fixtures/describe.js'
import { expectedModels } from './fixtures/expected.js'

declare const DECORATORS: 'legacy' | 'legacy-no-metadata' | 'standard'

test('the fixtures have the same schemas in each dialect', () => {
  expect(describeModels()).toEqual(expectedModels(DECORATORS === 'legacy'))
})
