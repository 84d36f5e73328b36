import { Counter, Dict, Entity, Field, Index, List, Model, OnUpdate, Ref } from '../../src/index.js'
import type { Change } from '../../src/index.js'

@Model('Company')
export class Company extends Entity {
  @Field() title!: string
}

@Model('Person')
export class Person extends Entity {
  @Field() @Index() name!: string
  @Field() age?: number
  @Field(true) salary!: number
  @Field(true) bonus?: number
  @Field({ writable: 'anyone' }) nickname?: string
  @List() tags!: List<string>
  @Dict() phones!: Dict<string>
  @Counter() visits!: Counter
  @Ref(() => Company) employer?: Ref<Company>

  @OnUpdate('age')
  check ({ after, reject }: Change<Person, 'age'>): void {
    if (after !== undefined && after < 0) reject('an age is not negative')
  }
}
