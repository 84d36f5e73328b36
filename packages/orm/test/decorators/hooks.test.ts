import { describe, expect, test } from '@jest/globals'
import * as decorators from '../../src/decorators/hooks.js'
import { Entity, Field, Model, hooksOf, schemaOf } from './fixtures/dinemic.js'
import type { Change } from '../../src/change.js'
import { AFTER_HOOKS, BEFORE_HOOKS } from '../../src/schema/types.js'

// Looked up by name because that is what is tested: that each name has its decorator.
const decoratorsByName = new Map(Object.entries(decorators))
const HOOKS = [...BEFORE_HOOKS, ...AFTER_HOOKS]
const FIELD_HOOKS = HOOKS.filter(hook => /Update|Delete/.test(hook))

test('there are 23', () => {
  expect(HOOKS).toHaveLength(23)
  expect([...decoratorsByName.keys()].toSorted()).toEqual(HOOKS.toSorted())
})

describe.each(HOOKS)('%s', hook => {
  const decorator = decoratorsByName.get(hook) as typeof decorators.OnCreate

  test('on a model', () => {
    @Model('Person')
    class Person extends Entity {
      @decorator() heard () {}
    }
    expect(schemaOf(Person).hooks).toEqual([{ hook, method: 'heard' }])
  })

  test('on a listener', () => {
    class Audit {
      @decorator() heard () {}
    }
    expect(hooksOf(Audit)).toEqual([{ hook, method: 'heard' }])
    expect(hooksOf(new Audit())).toEqual([{ hook, method: 'heard' }])
  })

  test('without brackets', () => {
    expect(() => {
      class Audit {
        // @ts-expect-error it has to be called
        @decorator heard () {}
      }
      return Audit
    }).toThrow(expect.objectContaining({ code: 'ORM_BAD_DECORATOR' }))
  })
})

describe.each(FIELD_HOOKS)('%s of a field', hook => {
  const decorator = decoratorsByName.get(hook) as typeof decorators.OnUpdate

  test('hears of that field', () => {
    @Model('Person')
    class Person extends Entity {
      @Field() name!: string
      @decorator('name') heard () {}
    }
    expect(schemaOf(Person).hooks).toEqual([{ hook, method: 'heard', field: 'name' }])
  })

  test('refuses a field that the model lacks, and names the nearest', () => {
    expect(() => {
      @Model('Person')
      class Person extends Entity {
        @Field() salary!: number
        // @ts-expect-error misspelt
        @decorator('slaary') heard () {}
      }
      return Person
    }).toThrow(expect.objectContaining({ code: 'ORM_BAD_FILTER', message: expect.stringContaining("Did you mean 'salary'?") }))
  })
})

test('a method keeps working as itself', () => {
  class Audit {
    readonly heard = 1
    @decorators.OnUpdate() @decorators.OnUpdated() sum (change?: Change) { return this.heard + (change === undefined ? 2 : 0) }
  }
  expect(new Audit().sum()).toBe(3)
})

test('a listener adds to the hooks of its base and replaces those of a method that it decorates again', () => {
  class Base {
    @decorators.OnUpdate() kept () {}
    @decorators.OnUpdate() replaced () {}
    @decorators.OnUpdate() overridden () {}
  }
  class Audit extends Base {
    @decorators.OnDelete() override replaced () {}
    override overridden () {}
    @decorators.OnCreate() added () {}
  }
  expect(hooksOf(Audit)).toEqual([
    { hook: 'OnUpdate', method: 'kept' },
    { hook: 'OnUpdate', method: 'overridden' },
    { hook: 'OnDelete', method: 'replaced' },
    { hook: 'OnCreate', method: 'added' }
  ])
  expect(hooksOf(Base)).toHaveLength(3)
})
