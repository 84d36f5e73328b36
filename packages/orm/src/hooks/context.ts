import { AsyncLocalStorage } from 'node:async_hooks'
import { DinemicError } from '@dinemic/core'
import type { ObjectId } from '@dinemic/core'

/** `engine` says which node of this process it is a hook of. */
export interface HookContext { readonly engine: object, readonly object: ObjectId, readonly phase: 'before' | 'after' }

/** A hook under way. `parent` is the hook that made the write which this one answers to. */
interface Frame extends HookContext { readonly parent: Frame | undefined, readonly transaction: Transaction | undefined, over: boolean }

interface Transaction { readonly engine: object, readonly objects: ReadonlySet<ObjectId> }

const frames = new AsyncLocalStorage<Frame>()
const transactions = new AsyncLocalStorage<Transaction>()

/** Runs the write of a transaction: the before-hooks of each of its objects hold up all of them. */
export async function runTransaction<T> (transaction: Transaction, write: () => Promise<T>): Promise<T> {
  return await transactions.run(transaction, write)
}

/** Runs a hook such that everything it calls and awaits can tell, by `currentHook`, where it is. */
export async function runInHook (context: HookContext, task: () => unknown): Promise<void> {
  const frame: Frame = { ...context, parent: frames.getStore(), transaction: transactions.getStore(), over: false }
  try {
    await frames.run(frame, task)
  } finally {
    // What the hook left behind (a timer, a promise nobody awaits) still carries this frame, and may write again.
    frame.over = true
  }
}

/** The innermost hook that the caller runs in. */
export function currentHook (): HookContext | undefined {
  for (const { engine, object, phase } of running()) return { engine, object, phase }
  return undefined
}

/** Whether the caller runs in a hook of this engine, however many others lie between. */
export function isInHookOf (engine: object): boolean {
  for (const frame of running()) if (frame.engine === engine) return true
  return false
}

/**
 * Throws `ORM_REENTRANT` in a before-hook of this object, or of another one of the same transaction, however many other
 * writes lie between: the object's queue waits for that hook, so the save would wait for itself.
 */
export function checkNotReentrant (engine: object, object: ObjectId, verb: 'save()' | '$.refresh()' = 'save()'): void {
  for (const frame of running()) {
    if (frame.engine !== engine || frame.phase !== 'before' || !holdsUp(frame, object)) continue
    const where = frame.object === object ? `a before-hook of ${object}` : `a before-hook of ${frame.object}, which is in one transaction with it,`
    throw new DinemicError('ORM_REENTRANT', `${verb} of ${object} inside ${where} would wait for itself. ${INSTEAD[verb]}`, { details: { object } })
  }
}

const INSTEAD = {
  'save()': 'Write in the after-hook (OnUpdated for OnUpdate), or refuse here with reject().',
  '$.refresh()': 'This entity is the one that is being saved: take what the hook was given, or open the object again.'
} as const

function holdsUp ({ engine, object: own, transaction }: Frame, object: ObjectId): boolean {
  return own === object || (transaction?.engine === engine && transaction.objects.has(own) && transaction.objects.has(object))
}

function * running (): Iterable<Frame> {
  for (let frame = frames.getStore(); frame !== undefined; frame = frame.parent) {
    if (!frame.over) yield frame
  }
}
