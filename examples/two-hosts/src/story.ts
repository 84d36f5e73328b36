import { check } from './check.js'
import type { RemoteHost } from './remote-host.js'
import type { Stage } from './stage.js'

interface Cast { readonly a: RemoteHost, readonly b: RemoteHost, readonly c: RemoteHost }

/** Who is who from the second chapter on: ids of people. */
interface People { readonly worker: string, readonly chief: string }

/** Three hosts, each with its own directory; B dies on the way. */
export async function tellStory (stage: Stage): Promise<void> {
  const cast = { a: await stage.raise('A'), b: await stage.raise('B'), c: await stage.raise('C') }
  for (const host of Object.values(cast)) await stage.goOnline(host)

  await anObjectTravels(cast)
  const people = await theChiefActs(cast)
  await aStrangerTries(cast, people)
  await listenersComeAndGo(cast)
  await theChiefIsDismissed(stage, cast, people)
  const b = await bDiesAndReturns(stage, cast, people)
  await theWorkerLeaves({ ...cast, b }, people)
}

async function anObjectTravels ({ a, b }: Cast): Promise<void> {
  const bob = await a.ask('create', { name: 'Bob', salary: 1234 })
  await check('A reads the salary of its Bob', a.ask('read', bob, 'salary'), 1234)
  await check('B opens Bob by his id and reads his name', b.ask('read', bob, 'name'), 'Bob')
  await check('B has no key for his salary', b.ask('read', bob, 'salary'), 'ORM_FIELD_SEALED')
}

async function theChiefActs ({ a, b, c }: Cast): Promise<People> {
  const chief = await b.ask('create', { name: 'Chief' })
  const worker = await a.ask('create', { name: 'Worker', salary: 1234 }, [chief])
  await check('B reads the worker\'s salary as the chief', b.ask('read', worker, 'salary', chief), 1234)

  await b.ask('write', worker, { salary: 1500, name: 'Robert' }, chief)
  await check('A sees the salary that the chief set', a.ask('sees', worker, 'salary', 1500), 1500)
  const raise = { hook: 'OnAuthorizedUpdated', object: worker, field: 'salary', before: 1234, after: 1500, caller: chief } as const
  await check('A\'s hook was given old value, new value and caller', a.hears(raise), raise)
  await check('C sees the name that the chief set', c.ask('sees', worker, 'name', 'Robert'), 'Robert')
  return { worker, chief }
}

async function aStrangerTries ({ a, b, c }: Cast, { worker }: People): Promise<void> {
  const carol = await c.ask('create', { name: 'Carol' })
  await check('C may not change the name', c.ask('write', worker, { name: 'Carl' }, carol), 'ORM_NOT_AUTHORIZED')
  await check('C proposes the name, and A and B refuse', c.ask('propose', worker, { name: 'Carl' }, carol), ['refused', 'refused'])
  const attempt = { hook: 'OnUnauthorizedUpdate', object: worker, field: 'name', after: 'Carl', caller: carol, proposal: true } as const
  for (const host of [a, b]) {
    await check(`${host.name}'s listener was asked`, host.hears(attempt), attempt)
  }
  for (const host of [a, b, c]) {
    await check(`${host.name} still reads the name`, host.ask('read', worker, 'name'), 'Robert')
  }

  await check('C proposes a nickname, and A\'s hook accepts', c.ask('propose', worker, { nickname: 'Bobby' }, carol), ['accepted', 'refused'])
  const nickname = { hook: 'OnAuthorizedUpdated', object: worker, field: 'nickname', after: 'Bobby', caller: worker, via: carol } as const
  for (const host of [a, b, c]) {
    await check(`${host.name} hears of the nickname as an authorised change`, host.hears(nickname), nickname)
    await check(`${host.name} reads the nickname`, host.ask('read', worker, 'nickname'), 'Bobby')
  }

  await c.ask('write', worker, { mood: 'cheerful' }, carol)
  const mood = { hook: 'OnUnauthorizedUpdated', object: worker, field: 'mood', after: 'cheerful', caller: carol, proposal: false } as const
  for (const host of [a, b, c]) {
    await check(`${host.name} takes the mood, which is anyone's to write`, host.hears(mood), mood)
  }
}

async function listenersComeAndGo ({ a, b }: Cast): Promise<void> {
  await b.ask('listen', 'objects', 'Person:[id]')
  await b.ask('listen', 'fields', 'Person:[id]:[field]')
  const dora = await a.ask('create', { name: 'Dora' })
  const heard = [
    { witness: 'objects', hook: 'OnCreated', object: dora },
    { witness: 'fields', hook: 'OnAuthorizedUpdated', object: dora, field: 'name', after: 'Dora' },
    { witness: 'objects', hook: 'OnRemove', object: dora }
  ] as const
  await check('A listener to Person:[id] hears that Dora appears', b.hears(heard[0]), heard[0])
  await check('A listener to Person:[id]:[field] hears her name', b.hears(heard[1]), heard[1])
  await a.ask('remove', dora)
  await check('A listener to Person:[id] hears that Dora goes', b.hears(heard[2]), heard[2])
  await check('Neither hears what is the other\'s', [
    b.hasHeard({ witness: 'objects', hook: 'OnAuthorizedUpdated' }), b.hasHeard({ witness: 'fields', hook: 'OnCreated' }), b.hasHeard({ witness: 'fields', hook: 'OnRemove' })
  ], [false, false, false])

  await b.ask('unlisten', 'objects', 'Person:[id]')
  await b.ask('unlisten', 'fields', 'Person:[id]:[field]')
  const emil = await a.ask('create', { name: 'Emil' })
  await check('B sees Emil', b.ask('sees', emil, 'name', 'Emil'), 'Emil')
  await a.ask('remove', emil)
  await check('B sees Emil go', b.ask('misses', emil), true)
  await b.ask('idle')
  await check('Revoked listeners hear nothing of it', [b.hasHeard({ witness: 'objects', object: emil }), b.hasHeard({ witness: 'fields', object: emil })], [false, false])
}

async function theChiefIsDismissed (stage: Stage, { a, b, c }: Cast, { worker, chief }: People): Promise<void> {
  await stage.goOffline(b)
  await a.ask('revoke', worker, chief, { salary: 2000 })
  await b.ask('write', worker, { name: 'Mallory' }, chief)
  await check('B, off-line, knows nothing of the revocation and lets the chief write', b.ask('read', worker, 'name'), 'Mallory')

  await stage.goOnline(b)
  await check('Back on-line, B sees what the chief wrote before he was revoked', b.ask('sees', worker, 'name', 'Robert'), 'Robert')
  const fallen = { hook: 'OnAuthorizedUpdated', object: worker, field: 'name', before: 'Mallory', after: 'Robert', caller: worker, cause: 'revoked' } as const
  await check('B\'s hook is told that the value fell back', b.hears(fallen), fallen)
  for (const host of [a, c]) {
    await host.ask('idle')
    await check(`What he wrote afterwards never counted at ${host.name}`, host.hasHeard({ object: worker, after: 'Mallory' }), false)
    await check(`${host.name} reads the name`, host.ask('read', worker, 'name'), 'Robert')
  }

  await check('The chief can\'t read the new salary', b.ask('sees', worker, 'salary', 'ORM_FIELD_SEALED', chief), 'ORM_FIELD_SEALED')
  await check('The chief may not write any more', b.ask('write', worker, { name: 'Mallory' }, chief), 'ORM_NOT_AUTHORIZED')
  await check('A reads the new salary', a.ask('read', worker, 'salary'), 2000)
}

/** Gives B's new process. */
async function bDiesAndReturns (stage: Stage, { a, b: dying }: Cast, { worker, chief }: People): Promise<RemoteHost> {
  await stage.kill(dying)
  await a.ask('write', worker, { nickname: 'Rob' })
  const erna = await a.ask('create', { name: 'Erna', salary: 4321 }, [chief])

  const b = await stage.raise('B')
  await check('B, killed and started again off-line, has the worker\'s name', b.ask('read', worker, 'name'), 'Robert')
  await check('… and the nickname', b.ask('read', worker, 'nickname'), 'Bobby')
  await check('… and the chief\'s private key', b.ask('owned'), [chief])
  await check('… and doesn\'t know what happened meanwhile', b.ask('has', erna), false)

  await stage.goOnline(b)
  await check('On-line, B gets the nickname that it missed', b.ask('sees', worker, 'nickname', 'Rob'), 'Rob')
  await check('… and Erna, whose salary the chief may read', b.ask('read', erna, 'salary', chief), 4321)
  return b
}

async function theWorkerLeaves ({ a, b, c }: Cast, { worker }: People): Promise<void> {
  await a.ask('delete', worker, 'nickname')
  const deleted = { hook: 'OnDeleted', object: worker, field: 'nickname', before: 'Rob', caller: worker } as const
  await check('A deletes the nickname, and B\'s hook hears it', b.hears(deleted), deleted)
  await check('B reads no nickname', b.ask('read', worker, 'nickname'), undefined)

  await a.ask('remove', worker)
  for (const host of [b, c]) {
    await check(`A removes the worker, and ${host.name} follows`, host.ask('misses', worker), true)
  }
}
