import type { FieldState, Operation } from '@dinemic/core'

/** The operations that delete a field: all that stands under its name, whatever the class calls it. A counter can't be deleted. */
export function deleteOperations (name: string, field: FieldState): Operation[] {
  return [
    { op: 'delete', field: name },
    ...[...field.entries.keys()].map((key): Operation => ({ op: 'drop', field: name, key })),
    ...[...field.list].flatMap(([element, { deleted }]): Operation[] => deleted !== null ? [] : [{ op: 'remove', field: name, element }])
  ]
}
