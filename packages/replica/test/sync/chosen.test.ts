import { expect, test } from '@jest/globals'
import { formatId } from '@dinemic/core'
import { pullChosen } from '../../src/sync/chosen.js'
import type { ChosenParts } from '../../src/sync/chosen.js'
import { encodePrints } from '../../src/sync/messages.js'
import type { Request } from '../../src/sync/messages.js'
import type { PeerLink } from '../../src/sync/peer-link.js'
import { provider } from '../harness.js'

const OBJECTS = Array.from({ length: 5 }, (_, i) => formatId('Person', provider.publicKey(new Uint8Array(32).fill(i))))
const PRINT = { count: 3, print: '00'.repeat(8) }
const SHOWN = { model: 'Person', ...PRINT }

test('of what the other side says only so many objects are compared as this side has gone through, and the rest after that', async () => {
  const asked: Request[] = []
  const link = {
    salt: new Uint8Array(16), lost: 0, parts: { has: () => false, add: () => {} },
    request: async (request: Extract<Request, { ask: 'prints' }>) => {
      asked.push(request)
      return request.ask === 'prints' ? encodePrints(request.objects.map(() => PRINT)) : undefined
    }
  }
  const parts = {
    interest: { choices: 1, objectsOf: async function * () { yield OBJECTS } },
    responder: { printsOf: async (objects: readonly string[]) => objects.slice(0, 2).map(() => PRINT) }
  }
  const pulls = await pullChosen(parts as unknown as ChosenParts, link as unknown as PeerLink, { own: SHOWN, their: SHOWN })
  expect(pulls).toEqual([])
  expect(asked.map(request => request.ask === 'prints' ? request.objects.length : request.ask)).toEqual([5, 3, 1])
})
