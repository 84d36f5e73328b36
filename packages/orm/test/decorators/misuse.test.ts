import { describe, expect, test } from '@jest/globals'
import { isDinemicError } from '@dinemic/core'
import { Counter, Dict, Entity, Field, Index, List, Model, OnCreate, OnUpdate, Ref, schemaOf } from './fixtures/dinemic.js'

/** What defining the class throws. */
function thrown (define: () => unknown): { code: string, message: string } {
  try {
    define()
  } catch (error) {
    if (isDinemicError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('names of models', () => {
  test.each(['', 'Per son', '1st', 'Pérson', '_Person', 'A'.repeat(65), 'Node'])('%j is refused', name => {
    const error = thrown(() => {
      @Model(name) class Person extends Entity {}
      return Person
    })
    expect(error).toMatchObject({ code: 'ORM_BAD_MODEL_NAME', message: expect.stringContaining(`Person can't be the model '${name}'`) })
  })

  test('64 bytes are accepted', () => {
    const name = 'A'.repeat(64)
    @Model(name) class Person extends Entity {}
    expect(schemaOf(Person).name).toBe(name)
  })

  test('the name of the class, where none is given', () => {
    @Model() class Person extends Entity {}
    expect(schemaOf(Person).name).toBe('Person')
    const error = thrown(() => {
      @Model() class _Person extends Entity {}
      return _Person
    })
    expect(error).toMatchObject({ code: 'ORM_BAD_MODEL_NAME', message: expect.stringContaining('the name of the class') })
  })

  test('twice on one class', () => {
    const error = thrown(() => {
      @Model('A') @Model('B') class Person extends Entity {}
      return Person
    })
    expect(error).toMatchObject({ code: 'ORM_DUPLICATE_MODEL', message: expect.stringContaining("the model 'B' already") })
  })
})

describe('names of fields', () => {
  const RESERVED = ['$', 'id', 'save', 'remove', 'constructor', '__proto__', 'then', 'toString', 'hasOwnProperty', 'and', 'or', 'not']
  test.each([...RESERVED, '', 'a:b', 'a*', '[a]', '-a', '\ud800', 'é'.repeat(65)])('%j is refused as the stored name', name => {
    const error = thrown(() => {
      @Model('Person') class Person extends Entity {
        @Field({ name }) property!: string
      }
      return Person
    })
    expect(error).toMatchObject({ code: 'ORM_BAD_FIELD_NAME', message: expect.stringContaining("Person.property can't be the field") })
  })

  test.each(['then', 'toString', 'or', '$'])('%j is refused as a property, whatever it is stored as', property => {
    const error = thrown(() => {
      @Model('Person') class Person extends Entity {
        @Field({ name: 'fine' }) [property]!: string
      }
      return Person
    })
    expect(error).toMatchObject({ code: 'ORM_BAD_FIELD_NAME', message: expect.stringContaining('Rename the property') })
  })

  test('128 bytes are accepted', () => {
    const name = 'é'.repeat(64)
    @Model('Person') class Person extends Entity {
      @Field({ name }) property!: string
    }
    expect([...schemaOf(Person).stored.keys()]).toEqual([name])
  })

  test('two properties under one name', () => {
    const error = thrown(() => {
      @Model('Person') class Person extends Entity {
        @Field() name!: string
        @Field({ name: 'name' }) title!: string
      }
      return Person
    })
    expect(error).toMatchObject({ code: 'ORM_BAD_FIELD_NAME', message: expect.stringContaining("Person.title and Person.name are both stored as 'name'") })
  })
})

describe('what does not go together', () => {
  test('an index on an encrypted field', () => {
    const error = thrown(() => {
      @Model('Person') class Person extends Entity {
        @Field(true) @Index() salary!: number
      }
      return Person
    })
    expect(error).toMatchObject({ code: 'ORM_INDEX_ENCRYPTED', message: expect.stringContaining('Person.salary') })
  })

  test('an index in a derived class on a field that its base encrypts', () => {
    class Base extends Entity {
      @Field(true) salary!: number
    }
    const error = thrown(() => {
      @Model('Person') class Person extends Base {
        @Index() override salary = 0
      }
      return Person
    })
    expect(error.code).toBe('ORM_INDEX_ENCRYPTED')
  })

  test.each([true, { encrypted: true }])('a counter with %j', options => {
    const error = thrown(() => {
      @Model('Person') class Person extends Entity {
        // @ts-expect-error counters can't be encrypted
        @Counter(options) visits!: Counter
      }
      return Person
    })
    expect(error).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('Person.visits') })
  })

  test('@Index() on what is no field', () => {
    const error = thrown(() => {
      @Model('Person') class Person extends Entity {
        @Index() name!: string
      }
      return Person
    })
    expect(error).toMatchObject({ code: 'ORM_BAD_DECORATOR', message: expect.stringContaining('Add @Field()') })
  })

  test('a ref to nowhere', () => {
    const error = thrown(() => {
      @Model('Person') class Person extends Entity {
        // @ts-expect-error the target is missing
        @Ref() employer?: Ref<Entity>
      }
      return Person
    })
    expect(error).toMatchObject({ code: 'ORM_BAD_DECORATOR', message: expect.stringContaining('@Ref(() => Company)') })
  })
})

describe('options that types would have refused', () => {
  test.each([
    ['a misspelt option', () => Field({ encrypt: true } as object), "Did you mean 'encrypted'?"],
    ['everyone', () => List({ writable: 'everyone' } as object), "can't have writable: 'everyone'"],
    ['encrypted: 1', () => Dict({ encrypted: 1 } as object), "can't have encrypted: 1"],
    ['false', () => Field(false as true), 'was given false'],
    ['a hook of creation with a field', () => (OnCreate as unknown as (field: string) => void)('name'), '@OnCreate()'],
    ['a model that is open to a group', () => {
      @Model('Guestbook', { writable: 'friends' } as object) class Guestbook extends Entity {}
      return Guestbook
    }, "can't have writable: 'friends'"]
  ])('%s', (_, decorate, text) => {
    expect(thrown(decorate)).toMatchObject({ code: 'ORM_BAD_DECORATOR', message: expect.stringContaining(text) })
  })
})

/** For what the types of one dialect refuse and those of the other don't. */
const loose = (decorator: unknown): ((...args: unknown[]) => void) => decorator as (...args: unknown[]) => void

describe('decorators in the wrong place', () => {
  test.each([
    ['a static field', () => {
      class Person { @Field() static name2: string }
      return Person
    }],
    ['a field decorator on a method', () => {
      class Person { @loose(Field()) method () {} }
      return Person
    }],
    ['a hook on a field', () => {
      // @ts-expect-error a field is no method
      class Person { @OnUpdate() field!: string }
      return Person
    }],
    ['a hook on a static method', () => {
      class Audit { @OnUpdate() static heard () {} }
      return Audit
    }],
    ['a hook on a getter', () => {
      class Audit { @loose(OnUpdate()) get heard () { return 1 } }
      return Audit
    }],
    ['a field with a symbol for a name', () => {
      const name = Symbol('name')
      class Person { @loose(Field()) [name]!: string }
      return Person
    }],
    ['@Model without brackets', () => {
      // @ts-expect-error it has to be called
      @Model class Person extends Entity {}
      return Person
    }],
    ['@Index without brackets', () => {
      // @ts-expect-error it has to be called
      class Person { @Field() @Index name!: string }
      return Person
    }],
    ['@Field without brackets', () => {
      // @ts-expect-error it has to be called
      class Person { @Field name!: string }
      return Person
    }]
  ])('%s', (_, decorate) => {
    expect(thrown(decorate).code).toBe('ORM_BAD_DECORATOR')
  })
})

describe('what is no model', () => {
  test('a class without @Model', () => {
    class Person extends Entity {
      @Field() name!: string
    }
    expect(thrown(() => schemaOf(Person))).toMatchObject({ code: 'ORM_NOT_A_MODEL', message: "Person is not a model. Put @Model('Person') on the class, or call define()." })
  })

  test('a class derived from a model', () => {
    @Model('Person') class Person extends Entity {}
    class Employee extends Person {}
    expect(thrown(() => schemaOf(Employee))).toMatchObject({ code: 'ORM_NOT_A_MODEL', message: expect.stringContaining("the model 'Person' doesn't extend to what is derived from it") })
  })

  test.each([undefined, null, 'Person', {}])('%j', given => {
    expect(thrown(() => schemaOf(given as never)).code).toBe('ORM_NOT_A_MODEL')
  })
})

describe('what the types don\'t let pass', () => {
  // Without brackets a decorator is called with what it decorates.
  type Untyped = (...args: unknown[]) => void
  const bare = (decorator: unknown) => decorator as (target: object | undefined, place: unknown) => void

  test.each<[string, unknown]>([['List', List], ['Dict', Dict], ['Counter', Counter]])('@%s without brackets', (_name, decorator) => {
    const error = thrown(() => {
      class Person extends Entity {
        @(bare(decorator)) property!: string
      }
      return Person
    })
    expect(error).toMatchObject({ code: 'ORM_BAD_DECORATOR', message: expect.stringContaining('brackets') })
  })

  test('a model that doesn\'t extend Entity', () => {
    const error = thrown(() => {
      class Person { name = '' }
      (Model('Person') as Untyped)(Person)
    })
    expect(error).toMatchObject({ code: 'ORM_NOT_A_MODEL', message: expect.stringContaining('class Person extends Entity') })
  })

  test('a ref to a class in the place of a function that gives it', () => {
    const error = thrown(() => {
      class Company extends Entity {}
      @Model('Person') class Person extends Entity {
        @Ref(Company as unknown as () => typeof Company) employer?: Ref<Company>
      }
      return Person
    })
    expect(error).toMatchObject({ code: 'ORM_BAD_DECORATOR', message: expect.stringContaining('Write @Ref(() => Company)') })
  })
})
