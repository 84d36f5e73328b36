import type { CreateValues } from '../../src/types.js'
import { ormRig } from './engine-double.js'
import { Person } from './models.js'

/** A person who is there, what its last save wrote, and another entity of it. */
export async function personWith (values: CreateValues<Person> = { name: 'Ann', age: 30 }) {
  const rig = ormRig(Person)
  const people = rig.orm.use(Person)
  const person = await people.create(values)
  const operations = () => rig.engine.written.at(-1)!.operations
  return { ...rig, people, person, operations, again: () => people.open(person.id) }
}

/** Holds writes back until told. */
export function gate () {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => { open = resolve })
  return { open, pass: () => opened }
}
