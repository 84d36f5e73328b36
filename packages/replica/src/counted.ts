import type { Update } from '@dinemic/core'

/** What strangers take with one object: with what says who may do what, and with all else. */
export interface Counted { readonly law: number, readonly content: number }

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

/** With an update, or with a negative weight without it. */
export function plus ({ law, content }: Counted, update: Update, weight: number): Counted {
  return isLaw(update) ? { law: Math.max(0, law + weight), content } : { law, content: Math.max(0, content + weight) }
}

export function totalOf ({ law, content }: Counted): number {
  return law === 0 && content === 0 ? 0 : content + Math.max(law, PAID_LAW)
}
