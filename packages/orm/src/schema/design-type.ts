import type { EntityClass } from './types.js'

/** What `reflect-metadata` adds to the global `Reflect`. It is looked up and never imported: who has no use for it doesn't load it. */
interface ReflectMetadata { getMetadata? (key: string, target: object, property: string): unknown }

/** The type that `emitDecoratorMetadata` wrote down for a property (of the class or of a base of it), or undefined. */
export function designType (target: EntityClass, property: string): unknown {
  const reflect: ReflectMetadata = globalThis.Reflect as ReflectMetadata
  return reflect.getMetadata?.('design:type', target.prototype as object, property)
}
