import type { Update } from '@dinemic/core'

/** What strangers take with one object: with what says who may do what, and with all else. `isGone`: of it there is its removal, and no more will come. */
export interface Counted { readonly law: number, readonly content: number, readonly isGone?: boolean }

export const NOTHING_COUNTED: Counted = { law: 0, content: 0 }

/** Paid with the object, used or not: so what strangers fill up leaves each object room for the end of a right. */
export const PAID_LAW = 4096

/** An update is in the log and may be in the state: twice its bytes at most, and so much for the rows that lead to it. */
const ROWS = 256
const LAW: ReadonlySet<string> = new Set(['grant', 'close', 'remove', 'keys'])

/** What so many bytes may take on the disk. */
export function weightOf (bytes: number): number {
  return 2 * bytes + ROWS
}

export function isLaw ({ body }: Update): boolean {
  return LAW.has(body.kind)
}

/** The owner's remove, which leaves nothing else of the object. */
export function isFinal ({ author, body }: Update): boolean {
  return author === null && body.kind === 'remove'
}

/** With an update, or with a negative weight without it. */
export function plus ({ law, content }: Counted, update: Update, weight: number): Counted {
  if (isFinal(update)) return { law: weight, content: 0, isGone: true }
  return isLaw(update) ? { law: Math.max(0, law + weight), content } : { law, content: Math.max(0, content + weight) }
}

export function totalOf ({ law, content, isGone = false }: Counted): number {
  if (isGone) return law + content // No right is left that could end.
  return law === 0 && content === 0 ? 0 : content + Math.max(law, PAID_LAW)
}
