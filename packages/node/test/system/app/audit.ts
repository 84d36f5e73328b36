// oxlint-disable-next-line no-restricted-imports -- this is what a user writes
import { Listener, OnAuthorizedUpdated, OnUnauthorizedUpdate, type Change } from '@dinemic/node'
import type { Person } from './model.js'

export class Audit extends Listener {
  readonly log: string[] = []

  @OnAuthorizedUpdated('salary')
  note ({ before, after, caller, creation }: Change<Person, 'salary'>): void {
    if (!creation) this.log.push(`${String(before)} -> ${String(after)} by ${caller}`)
  }

  @OnUnauthorizedUpdate('name')
  block ({ field, reject }: Change): void {
    reject(`update of ${field} was blocked`)
  }
}
