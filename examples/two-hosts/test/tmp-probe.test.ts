import { expect, test } from '@jest/globals'
test('slow', async () => { await new Promise(r => setTimeout(r, 6000)); expect(1).toBe(1) })
