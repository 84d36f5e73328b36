import { Entity, Field, Model, OnUnauthorizedUpdate } from '@dinemic/node'
import type { Change } from '@dinemic/node'

/** Every host has this class; the objects are the same everywhere, and belong to whoever made them. */
@Model('Person')
export class Person extends Entity {
  @Field() name!: string
  /** Encrypted: leaves its host only as ciphertext, for the owner and those authorised to read. */
  @Field(true) salary?: number
  @Field() nickname?: string
  /** The law of each object from its creation on: anyone may write this field, under a signature of their own. */
  @Field({ writable: 'anyone' }) mood?: string

  /**
   * Who has no right to a nickname may propose one. The hook runs at every host that the proposal reaches;
   * accepting takes the object's key, so only the owner's host does.
   */
  @OnUnauthorizedUpdate('nickname')
  async welcome ({ proposal, owned, accept }: Change<Person, 'nickname'>): Promise<void> {
    if (proposal && owned) await accept()
  }
}
