import type { Counter } from '../../src/collections/counter.js'
import type { Dict } from '../../src/collections/dict.js'
import type { List } from '../../src/collections/list.js'
import type { Ref } from '../../src/collections/ref.js'
import { Entity } from '../../src/entity.js'
import { define } from '../../src/schema/define.js'

export class Company extends Entity {
  declare title: string
}
define(Company, 'Company', { title: {} })

export class Person extends Entity {
  declare name: string
  declare age?: number | undefined
  declare address?: { street: string, floors?: number[] } | undefined
  declare salary?: number
  declare tags: List<string>
  declare notes: List<{ text: string }>
  declare secrets: List<string>
  declare phones: Dict<string>
  declare codes: Dict<number>
  declare visits: Counter
  declare employer?: Ref<Company> | undefined
  greet (): string { return `I am ${this.name}` }
}
define(Person, 'Person', {
  name: {},
  age: {},
  address: { name: 'addr' },
  salary: { encrypted: true },
  tags: { kind: 'list' },
  notes: { kind: 'list' },
  secrets: { kind: 'list', encrypted: true },
  phones: { kind: 'dict' },
  codes: { kind: 'dict', encrypted: true },
  visits: { kind: 'counter' },
  employer: { kind: 'ref', target: () => Company }
})
