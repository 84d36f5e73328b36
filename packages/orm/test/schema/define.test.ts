import { describe, expect, test } from '@jest/globals'
import { isDinemicError } from '@dinemic/core'
import { Entity, Field, List, Model, OnUpdate, OnUpdated } from '../decorators/fixtures/dinemic.js'
import { define, defineHooks } from '../../src/schema/define.js'
import { hooksOf, schemaOf } from '../../src/schema/registry.js'
import type { FieldSchema, ModelSchema } from '../../src/schema/types.js'

function codeOf (action: () => unknown): string | undefined {
  try {
    action()
  } catch (error) {
    return isDinemicError(error) ? error.code : String(error)
  }
  return undefined
}

/** A schema without its class, so that two can be compared. */
function comparable ({ target: _target, fields, stored, ...schema }: ModelSchema) {
  return { ...schema, fields: [...fields.values()].map(withoutType), stored: [...stored].map(([name, field]) => [name, field.property]) }
}

function withoutType ({ designType: _type, ...field }: FieldSchema) {
  return field
}

describe('define', () => {
  test('says the same as decorators', () => {
    @Model('Guestbook', { writable: 'anyone' })
    class Decorated extends Entity {
      @Field() name!: string
      @Field({ encrypted: true, name: 'sal' }) salary!: number
      @List({ writable: 'anyone' }) tags!: List<string>
      @OnUpdate('name') check () {}
      @OnUpdated() tell () {}
    }
    class Plain extends Entity {
      name!: string
      salary!: number
      tags!: List<string>
      check () {}
      tell () {}
    }
    const Defined = define(Plain, 'Guestbook', {
      name: {},
      salary: { encrypted: true, name: 'sal' },
      tags: { kind: 'list', writable: 'anyone' }
    }, {
      writable: 'anyone',
      hooks: [{ hook: 'OnUpdate', method: 'check', field: 'name' }, { hook: 'OnUpdated', method: 'tell' }]
    })
    expect(Defined).toBe(Plain)
    expect(comparable(schemaOf(Defined))).toEqual(comparable(schemaOf(Decorated)))
    expect(schemaOf(Defined).target).toBe(Plain)
  })

  test('true is short for encrypted, and index and ref have their place', () => {
    class Company extends Entity {}
    const Person = define(class extends Entity {}, 'Person', { salary: true, name: { index: true }, employer: { kind: 'ref', target: () => Company } })
    const { fields } = schemaOf(Person)
    expect(fields.get('salary')).toMatchObject({ kind: 'value', encrypted: true, indexed: false })
    expect(fields.get('name')).toMatchObject({ kind: 'value', encrypted: false, indexed: true })
    expect(fields.get('employer')?.target?.()).toBe(Company)
  })

  test('adds to what decorators or a defined base say', () => {
    class Base extends Entity {
      @Field() name!: string
      age!: number
      badge!: number
    }
    class Person extends Base {}
    define(Person, 'Person', { age: {} })
    const Employee = define(class extends Person {}, 'Employee', { badge: true })
    expect([...schemaOf(Person).fields.keys()]).toEqual(['name', 'age'])
    expect([...schemaOf(Employee).fields.keys()]).toEqual(['name', 'age', 'badge'])
  })

  test('throws what decorators throw', () => {
    const anonymous = () => class extends Entity { check () {} }
    expect(codeOf(() => define(anonymous(), 'No name', {}))).toBe('ORM_BAD_MODEL_NAME')
    expect(codeOf(() => define(anonymous(), 'Person', { id: {} }))).toBe('ORM_BAD_FIELD_NAME')
    expect(codeOf(() => define(anonymous(), 'Person', { salary: { encrypted: true, index: true } }))).toBe('ORM_INDEX_ENCRYPTED')
    expect(codeOf(() => define(anonymous(), 'Person', { visits: { kind: 'counter', encrypted: true } }))).toBe('ORM_BAD_VALUE')
    expect(codeOf(() => define(anonymous(), 'Person', { visits: { kind: 'sum' as 'counter' } }))).toBe('ORM_BAD_DECORATOR')
    expect(codeOf(() => define(anonymous(), 'Person', { employer: { kind: 'ref' } }))).toBe('ORM_BAD_DECORATOR')
    expect(codeOf(() => define(anonymous(), 'Person', {}, { hooks: [{ hook: 'OnUpdate', method: 'check', field: 'age' }] }))).toBe('ORM_BAD_FILTER')
    expect(codeOf(() => define(anonymous(), 'Person', {}, { hooks: [{ hook: 'OnUpdate', method: 'chekc' as 'check' }] }))).toBe('ORM_BAD_DECORATOR')
    expect(codeOf(() => define(anonymous(), 'Person', {}, { hooks: [{ hook: 'OnChange' as 'OnUpdate', method: 'check' }] }))).toBe('ORM_BAD_DECORATOR')
  })

  test('a class is one model', () => {
    @Model('Person') class Person extends Entity {}
    expect(codeOf(() => define(Person, 'Human', {}))).toBe('ORM_DUPLICATE_MODEL')
  })
})

test('defineHooks: listeners without decorators', () => {
  class Audit {
    heard () {}
  }
  defineHooks(Audit, [{ hook: 'OnUpdated', method: 'heard' }])
  expect(hooksOf(new Audit())).toEqual([{ hook: 'OnUpdated', method: 'heard' }])
})

test.each([
  ['of a model', () => { defineHooks(class extends Entity { static { define(this, 'Late', {}) } heard () {} }, [{ hook: 'OnUpdated', method: 'heard' }]) }, 'is a model'],
  ['without the method', () => { defineHooks(class Audit { heard () {} }, [{ hook: 'OnUpdated', method: 'herad' }]) }, "Did you mean 'heard'?"],
  ['that there are not', () => { defineHooks(class Audit { heard () {} }, [{ hook: 'OnUpdatde' as 'OnUpdated', method: 'heard' }]) }, "Did you mean 'OnUpdate'?"]
])('defineHooks: hooks %s are ORM_BAD_DECORATOR', (_which, defining, text) => {
  expect(defining).toThrow(expect.objectContaining({ code: 'ORM_BAD_DECORATOR', message: expect.stringContaining(text) }))
})
