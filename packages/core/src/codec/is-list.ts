/** `Array.isArray` does not narrow a readonly array away from the rest of a union. */
export function isList<T> (value: T): value is Extract<T, readonly unknown[]> {
  return Array.isArray(value)
}
