// oxlint-disable-next-line no-restricted-imports -- this is what a user writes
import { Counter, Dict, Entity, Field, Index, List, Model, OnUpdate, type Change } from '@dinemic/node'

@Model('Person')
export class Person extends Entity {
  @Field() @Index() name!: string
  @Field() age?: number
  @Field(true) salary!: number
  @Field({ writable: 'anyone' }) nickname?: string
  @List() tags!: List<string>
  @Dict() phones!: Dict<string>
  @Counter() visits!: Counter

  @OnUpdate('age')
  check ({ after, reject }: Change<Person, 'age'>): void {
    if (after !== undefined && after < 0) reject('an age is not negative')
  }
}
