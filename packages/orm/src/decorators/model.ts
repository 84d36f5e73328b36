import { isOpenToAnyone } from '../schema/options.js'
import type { ModelOptions } from '../schema/options.js'
import { declareModel } from '../schema/registry.js'
import type { EntityBase, ModelClass } from '../types.js'
import { badBrackets, classDecorator } from './kernel.js'

/**
 * Makes a class a model. The name is part of ids, topics and filters, so it is the same on all nodes and for ever; without one it is
 * the class's, which minifiers change. With `writable: 'anyone'` each object that is created is open to anyone.
 * Throws for all that is wrong with the class, when the class is defined.
 */
export function Model (name?: string, options?: ModelOptions): (target: ModelClass<EntityBase>, context?: ClassDecoratorContext) => void {
  if (name !== undefined && typeof name !== 'string') throw badBrackets('Model', "@Model('Person')")
  return classDecorator('Model', (target, className) => {
    declareModel(target, { name: name ?? className, className, openToAnyone: isOpenToAnyone(`@Model() of ${className}`, options) })
  })
}
