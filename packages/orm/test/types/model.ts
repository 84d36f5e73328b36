// What the decorators promise to the type checker, in the dialect of the tsconfig that compiles this file.
import { Counter, Dict, Field, Index, List, Ref } from '../../src/decorators/fields.js'
import { OnAuthorizedUpdate, OnCreate, OnRemove, OnUpdate, OnUpdated } from '../../src/decorators/hooks.js'
import { Model } from '../../src/decorators/model.js'
import { Entity } from '../../src/entity.js'
import type { Change } from '../../src/change.js'

@Model('Company')
export class Company extends Entity {
  @Field() title!: string
}

interface Address { street: string }

@Model('Person', { writable: 'anyone' })
export class Person extends Entity {
  @Field() @Index() name!: string
  @Field() age?: number
  @Field(true) salary!: number
  @Field({ name: 'addr', encrypted: true, writable: 'anyone' }) address!: Address
  @Field() private secret = 'of the class'
  @List() tags!: List<string>
  @List(true) notes?: List<Address>
  @Dict() phones!: Dict<string>
  @Counter() visits!: Counter
  @Ref(() => Company) employer?: Ref<Company>
  @Ref(() => Person, true) boss?: Ref<Person>

  @OnAuthorizedUpdate('salary')
  check ({ after, reject }: Change<Person, 'salary'>) { if (after! < 0) reject('a salary is not negative') }

  @OnUpdate() every (change: Change<Person>) { return change.field === 'age' ? change.after?.toFixed() : this.secret }
  @OnUpdate() untyped (change: Change) { return change.object.id }
  @OnUpdate() silent () {}
  @OnUpdate('tags') async tagged ({ after }: Change<Person, 'tags'>) { return after?.toUpperCase() }
  @OnUpdate('age') either (change: Change<Person, 'age' | 'name'>) { return change.field }
  @OnUpdated('age') later ({ before, after }: Change<Person, 'age'>) { return before! + after! }
  @OnCreate() @OnRemove() whole ({ object }: Change<Person>) { return object.name }
}

export class Wrong extends Entity {
  @Field() name!: string
  @Field() age!: number

  // @ts-expect-error encrypted is what it is called
  @Field({ encrypt: true }) misspelt!: string
  // @ts-expect-error writable by anyone or by who has a grant
  @Field({ writable: 'everyone' }) open!: string
  // @ts-expect-error a list is no array: assigning one replaces its content
  @List() tags!: string[]
  // @ts-expect-error
  @Dict() phones!: List<string>
  // @ts-expect-error
  @Counter() visits!: number
  // @ts-expect-error counters can't be encrypted
  @Counter({ encrypted: true }) sealed!: Counter
  // @ts-expect-error the property points to another class
  @Ref(() => Company) boss?: Ref<Person>
  // @ts-expect-error it has to be called
  @Field bare!: string

  // @ts-expect-error a misspelt field
  @OnUpdate('nmae') a () {}
  // @ts-expect-error of an entity, but no field
  @OnUpdate('save') b () {}
  // @ts-expect-error a method, not a field
  @OnUpdate('a') c () {}
  // @ts-expect-error the hook hears of name, the method takes changes of age
  @OnUpdate('name') d ({ after }: Change<Wrong, 'age'>) { return after }
  // @ts-expect-error the hook hears of all fields
  @OnUpdate() e ({ after }: Change<Wrong, 'age'>) { return after }
  // @ts-expect-error a change of another model
  @OnUpdate() f (change: Change<Company>) { return change }
  // @ts-expect-error creation is about no field
  @OnCreate('name') g () {}
  // @ts-expect-error not what a hook is given
  @OnUpdate() h (change: string) { return change }
  // @ts-expect-error a hook is a method
  @OnUpdate() i!: string
}

// @ts-expect-error only entities are models
@Model('Stranger')
export class Stranger {}

// @ts-expect-error there is no such option
@Model('Guestbook', { writeable: 'anyone' })
export class Guestbook extends Entity {}
