// What create(), queries and the handle promise to the type checker.
import type { Counter, Dict, List, Ref } from '../../src/decorators/fields.js'
import { Entity } from '../../src/entity.js'
import type { Orm } from '../../src/orm.js'
import { ref } from '../../src/ref.js'
import type { CreateValues } from '../../src/types.js'

class Company extends Entity {
  title!: string
}

class Person extends Entity {
  name!: string
  age?: number
  born!: Date | null
  tags!: List<string>
  phones!: Dict<string>
  visits!: Counter
  employer?: Ref<Company>
  greet (): string { return this.name }
}

export async function promises (orm: Orm, company: Company, person: Person): Promise<unknown[]> {
  const values: CreateValues<Person> = { name: 'Ann', age: undefined, born: null, tags: ['a'], phones: { home: '1' }, visits: 1n, employer: company }
  const created: Person = await Person.create(values, { authorized: [person, person.id, { id: person.id, fields: ['name'] }], writers: [{ id: 'anyone', limit: 5 }] })
  const found: Person[] = await Person.find({ where: { age: { gte: 18 }, tags: { has: 'a' } }, orderBy: ['-age', 'name'] })
  const opened: Company = await created.employer!.open({ as: person, timeout: 5 })
  const saved: string[] = await created.save({ ifUnchanged: true })
  const answers: ('accepted' | 'refused')[] = (await created.save({ propose: true })).map(({ answer }) => answer)
  const first: string | undefined = created.tags.at(0)
  const made: Person = await orm.transaction((tx) => tx.create(Person, { tags: created.tags }))
  created.employer = ref(company)
  created.employer = ref<Company>(company.id)
  await orm.use(Person).create({ employer: company.id })
  for await (const rows of Person.live({ limit: 2 })) rows.map(({ name }) => name.length)

  for (const { author, time, verdict, operations, grants, close, fork } of await created.$.history()) {
    const text: string = `${author} ${time.toISOString()} ${grants.map(({ subject, right }) => subject + right).join()} ${close?.keeps.join() ?? ''} ${fork.join()}`
    const counts: boolean = verdict === 'ok'
    // @ts-expect-error there is no such verdict
    const never: boolean = verdict === 'good'
    for (const operation of operations) if (operation.op === 'put') first?.startsWith(operation.key + text + String(counts) + String(never))
  }
  const [proof] = await created.$.forks()
  const frames: readonly [Uint8Array, Uint8Array] | undefined = proof?.frames
  const conflicting: readonly (string | undefined)[] = created.$.conflicts('phones').map(({ key, value }) => typeof value === 'string' ? value : key)

  // @ts-expect-error a misspelt field
  await Person.create({ nmae: 'Ann' })
  // @ts-expect-error a number is not a string
  await Person.create({ name: 1 })
  // @ts-expect-error not of this list
  await Person.create({ tags: [1] })
  // @ts-expect-error a method is no value
  await Person.create({ greet: () => 'x' })
  // @ts-expect-error the id is made, not given
  await Person.create({ id: 'x' })
  // @ts-expect-error a ref to another class
  await Person.create({ employer: person })
  // @ts-expect-error readers read, whatever the fields
  await Person.create({}, { readers: [{ id: person.id, fields: ['name'] }] })
  // @ts-expect-error an entity is made by create
  new Entity()
  // @ts-expect-error only what its node has makes one
  new Person('Ann')
  // @ts-expect-error there is no access by index
  created.tags[0] = 'x'
  // @ts-expect-error nor to what the machinery keeps
  created.$ = person.$
  // @ts-expect-error no such right
  created.$.can('write')
  // @ts-expect-error a save that doesn't propose gives ids
  const wrong: { answer: string }[] = await created.save()
  return [found, opened, saved, answers, first, made, wrong, frames, conflicting]
}
