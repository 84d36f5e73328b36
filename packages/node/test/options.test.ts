import { expect, test } from '@jest/globals'
import { Node } from '../src/index.js'
import type { DinemicError, NodeOptions } from '../src/index.js'
import { Person } from './support/models.js'

async function problemsOf (options: unknown): Promise<unknown> {
  const error = await Node.start(options as NodeOptions).then(() => undefined, (thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'NODE_BAD_OPTIONS' })
  return (error as DinemicError).details.problems
}

test('all problems are told at once, each with what to give', async () => {
  const problems = await problemsOf({
    network: 7,
    networkKey: 'abc',
    models: undefined,
    replicate: 'some',
    path: '',
    pasword: 'x',
    password: 1,
    listen: ['/ip4/127.0.0.1/tcp/0', '127.0.0.1:80'],
    discovery: 'dns',
    listeners: [{}],
    durability: 'none',
    hookTimeout: 0,
    logger: {}
  })
  expect(problems).toEqual([
    "pasword: there is no such option. Did you mean 'password'?",
    'network: give a non-empty name instead of 7',
    'networkKey: give 64 hex digits (32 bytes)',
    'models: give a list of classes, such as [Person], instead of nothing',
    "replicate: give 'all', or models with what is replicated of each, such as { Person: { ids: [id, …] }, Company: true }, instead of \"some\"",
    'path: give a directory, or leave it out for a node in memory, instead of ""',
    'password: give a non-empty text, or leave it out',
    'listen: give addresses such as /ip4/192.168.0.7/tcp/4001 instead of "127.0.0.1:80"',
    "discovery: give 'mdns', { bootstrap: [address, …] } or false instead of \"dns\"",
    "listeners: give pairs of a listener and a filter, such as [[audit, 'Person:[id]:[field]']]: one of them is an object",
    "durability: give 'process' or 'disk' instead of \"none\"",
    'hookTimeout: give a number of ms above 0, at most 2147483647, instead of 0',
    'logger: give an object with the methods error(message, details) and debug(message, details)'
  ])
})

test.each([
  [undefined, /network: 'office'/],
  [{ network: 'x', models: [], discovery: { bootstrap: ['nowhere'] } }, /bootstrap: give addresses/],
  [{ network: 'x', models: [], discovery: { bootstraps: [] } }, /'mdns', \{ bootstrap/],
  [{ network: 'x', models: [Person], replicate: { Persona: true } }, /replicate: there is no model 'Persona' among models\. Did you mean 'Person'\?/],
  [{ network: 'x', models: [Person], replicate: { Person: { ids: ['Company:x'] } } }, /replicate: Person: "Company:x" is not the id of a Person/],
  [{ network: 'x', models: [Person], replicate: { Person: ['Person:x'] } }, /replicate: Person: give true for all its objects, or \{ ids/],
  [{ network: 'x', models: [], quota: { disc: 1 } }, /quota: give bytes.*there is no quota 'disc'\. Did you mean 'disk'\?/],
  [{ network: 'x', models: [], quota: { object: '1 GB' } }, /quota: give bytes.*object is "1 GB"/],
  [{ network: 'x', models: [], path: 'a\0b' }, /path: give a directory.*instead of "a\\u0000b"/],
  [{ network: 'x', models: [], pendingBytes: 1000 }, /pendingBytes: give bytes, at least 1048576, instead of 1000/],
  [{ network: 'x', models: [], listen: '/ip4/127.0.0.1/tcp/0' }, /listen: give a list/]
])('%j', async (options, problem) => {
  expect(await problemsOf(options)).toEqual([expect.stringMatching(problem)])
})

test('secrets do not get into the text', async () => {
  const error = await Node.start({ network: 'x', models: [], networkKey: 'hunter2', password: 7 } as unknown as NodeOptions).catch((thrown: unknown) => thrown)
  expect(String(error)).not.toMatch(/hunter2|7/)
})
