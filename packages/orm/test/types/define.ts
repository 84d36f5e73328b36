// The types of define(): the fields and methods of the class, any at all where the class declares none.
import { define } from '../../src/schema/define.js'
import { Entity } from '../../src/entity.js'
import type { List } from '../../src/decorators/fields.js'

class Person extends Entity {
  name!: string
  tags!: List<string>
  check () {}
}

define(Person, 'Person', { name: {}, tags: { kind: 'list', encrypted: true } }, {
  writable: 'anyone',
  hooks: [{ hook: 'OnUpdate', method: 'check', field: 'name' }, { hook: 'OnCreated', method: 'check' }]
})
define(class extends Entity {}, 'Undeclared', { anything: true, other: { index: true } })

// @ts-expect-error no such field
define(Person, 'Person', { nmae: {} })
// @ts-expect-error no such kind
define(Person, 'Person', { name: { kind: 'set' } })
// @ts-expect-error a method is no field
define(Person, 'Person', { check: {} })
// @ts-expect-error no such hook
define(Person, 'Person', {}, { hooks: [{ hook: 'OnChange', method: 'check' }] })
// @ts-expect-error no such method
define(Person, 'Person', {}, { hooks: [{ hook: 'OnUpdate', method: 'name' }] })
// @ts-expect-error no such field
define(Person, 'Person', {}, { hooks: [{ hook: 'OnUpdate', method: 'check', field: 'nmae' }] })
// @ts-expect-error not an entity
define(class {}, 'Stranger', {})
