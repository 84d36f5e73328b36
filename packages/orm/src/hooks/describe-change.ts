import type { Change } from '../change.js'
import type { Ballot } from './ballot.js'
import type { Scene } from './scene.js'
import type { Step } from './steps.js'

/** What one hook receives. A plain object of data and bound functions, so that hooks may take it apart. */
export async function describeChange (scene: Scene, { field }: Step, ballot: Ballot): Promise<Change> {
  const { change } = scene
  return {
    object: await scene.entity() as Change['object'],
    // Undefined in hooks of creation and removal; `Change` says a name, because all others have one.
    field: (field === undefined ? undefined : scene.fieldName(field)) as string,
    key: field === undefined && change.created ? publicKeyOf(change.object) : field?.key,
    index: field?.index,
    before: field === undefined ? undefined : await scene.value(field, field.before),
    after: field === undefined ? undefined : await scene.value(field, field.after),
    caller: change.caller,
    authorized: change.authorized,
    owned: change.owned,
    local: change.local,
    creation: change.created || change.continuesCreation,
    cause: change.cause,
    update: { ...change.update },
    via: change.via === null ? undefined : { ...change.via },
    proposal: change.accept !== undefined,
    reject: ballot.reject,
    accept: ballot.accept
  }
}

function publicKeyOf (object: string): string {
  return object.slice(object.indexOf(':') + 1)
}
