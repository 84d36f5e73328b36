import { DinemicError, within } from '@dinemic/core'
import type { HookProgress, HooksPort, ObjectChange } from '@dinemic/replica'
import { hooksOf } from '../schema/registry.js'
import { AFTER_HOOKS } from '../schema/types.js'
import type { HookName, HookSchema } from '../schema/types.js'
import { ACCEPTING_HOOK, Ballot, describePlace, detailsOf } from './ballot.js'
import type { HookPlace } from './ballot.js'
import { runInHook } from './context.js'
import { Filter } from './filter.js'
import type { HookHost } from './host.js'
import { describeChange } from './describe-change.js'
import { Scene } from './scene.js'
import { afterSteps, beforeSteps } from './steps.js'
import type { Step } from './steps.js'
import { Subscriptions, wants } from './subscriptions.js'

export interface HookOptions {
  /** Ms that a before-hook has; then it counts as refusing. Default 5,000. */
  readonly timeout?: number
}

/**
 * From a change of an object to the methods that want to hear of it. For each step of the change: the model's own methods,
 * then the listeners, in order of registration, one after another.
 *
 * Hooks run for the models of this node; objects of other models are stored and forwarded unseen.
 */
export class HookDispatcher implements HooksPort {
  readonly #timeout: number
  readonly #subscriptions = new Subscriptions()
  #host: HookHost | undefined

  constructor (options: HookOptions = {}) {
    this.#timeout = options.timeout ?? 5000
  }

  /** The engine needs its hooks before there are classes to call: this closes the circle. */
  attach (host: HookHost): void {
    this.#host = host
  }

  /** Throws `ORM_BAD_FILTER`, and `ORM_BAD_DECORATOR` for a listener without hooks. */
  apply (listener: object, filterText: string): void {
    const hooks = hooksOf(listener)
    if (hooks.length === 0) {
      const name = listener.constructor?.name ?? 'The listener'
      throw new DinemicError('ORM_BAD_DECORATOR', `${name} has no hooks, so it would never hear of anything. Decorate its methods, as in @OnUpdated() log (change) { … }, or call defineHooks(${name}, …).`)
    }
    const filter = new Filter(filterText)
    filter.check([...this.#attached().schemas.values()])
    this.#subscriptions.add(listener, hooks, filter)
  }

  /** Revoking what was never applied changes nothing. */
  revoke (listener: object, filterText: string): void {
    this.#subscriptions.remove(listener, filterText)
  }

  async before (change: ObjectChange, progress: HookProgress = {}): Promise<void> {
    const scene = this.#scene(change)
    if (scene === undefined) return
    const [accepted, open]: [Step[], Step[]] = [[], []]
    for (const step of beforeSteps(change)) {
      let isAccepted = false
      for (const call of this.#calls(scene, step)) {
        progress.hook = `${step.hook} (${call.method})`
        if (await this.#ask(scene, call)) isAccepted = true
      }
      if (ACCEPTING_HOOK.test(step.hook)) (isAccepted ? accepted : open).push(step)
    }
    if (accepted.length > 0 && open.length > 0) throw partlyAccepted(scene, open[0]!)
  }

  wantsBefore (model: string): boolean {
    return this.#wants(model, (hook) => !isAfterHook(hook))
  }

  wantsAfter (model: string): boolean {
    return this.#wants(model, isAfterHook)
  }

  async after (change: ObjectChange): Promise<boolean> {
    const scene = this.#scene(change)
    let endedWell = true
    if (scene === undefined) return endedWell
    for (const step of afterSteps(change)) {
      for (const call of this.#calls(scene, step)) endedWell = await this.#tell(scene, call) && endedWell
    }
    return endedWell
  }

  #wants (model: string, isWanted: (hook: HookSchema) => boolean): boolean {
    const schema = this.#attached().schemas.get(model)
    if (schema === undefined) return false
    if (schema.hooks.some(isWanted)) return true
    for (const subscription of this.#subscriptions) {
      if (subscription.hooks.some(isWanted) && wants(subscription, (filter) => filter.matchesModel(model))) return true
    }
    return false
  }

  /** Who hears of this step. Listeners are looked up as they come: one that a hook revokes on the way is not called. */
  * #calls (scene: Scene, step: Step): Iterable<Call> {
    const field = step.field === undefined ? undefined : scene.fieldName(step.field)
    const hears = (hook: HookSchema) => hook.hook === step.hook && (hook.field === undefined || hook.field === field)
    const object = scene.change.object
    for (const { method } of scene.schema.hooks.filter(hears)) {
      yield { step, field, change: scene.change, method: `${scene.schema.name}.${method}`, receiver: phase => scene.receiver(phase), name: method }
    }
    for (const subscription of this.#subscriptions) {
      for (const { method } of subscription.hooks.filter(hears)) {
        if (!wants(subscription, (filter) => filter.matches(object, field, step.field?.key))) break
        const { listener } = subscription
        yield { step, field, change: scene.change, method: `${listener.constructor.name}.${method}`, receiver: () => listener, name: method }
      }
    }
  }

  /** Whether the hook accepted. */
  async #ask (scene: Scene, call: Call): Promise<boolean> {
    const ballot = new Ballot(call, 'before')
    try {
      return await this.#withinTime(call, this.#run(scene, call, ballot, 'before').then(() => ballot.settle()))
    } finally {
      ballot.close()
    }
  }

  /** Whether the hook ended well. */
  async #tell (scene: Scene, call: Call): Promise<boolean> {
    try {
      await this.#run(scene, call, new Ballot(call, 'after'), 'after')
      return true
    } catch (cause) {
      this.#attached().report(new DinemicError('ORM_HOOK_FAILED', `A hook failed ${describePlace(call)}. The change is committed and stays; mend the hook.`, { cause, ...detailsOf(call) }))
      return false
    }
  }

  async #run (scene: Scene, call: Call, ballot: Ballot, phase: 'before' | 'after'): Promise<void> {
    const receiver = await call.receiver(phase) as unknown as Record<string, HookMethod>
    const description = await describeChange(scene, call.step, ballot)
    await runInHook({ engine: this.#attached().engine, object: scene.change.object, phase }, () => receiver[call.name]!(description))
  }

  async #withinTime<T> (call: Call, running: Promise<T>): Promise<T> {
    return await within(this.#attached().engine.platform, this.#timeout, {
      task: async () => await running,
      late: () => new DinemicError('ORM_HOOK_TIMEOUT', `A before-hook took more than ${this.#timeout} ms ${describePlace(call)}, so it counts as refusing. It must not wait for the network; the limit is an option.`, detailsOf(call))
    })
  }

  #scene (change: ObjectChange): Scene | undefined {
    const host = this.#attached()
    const schema = host.schemas.get(change.object.slice(0, change.object.indexOf(':')))
    if (schema === undefined) return undefined
    const { accept } = change
    if (accept === undefined) return new Scene(host, schema, change)
    const encrypted = [...schema.stored.values()].flatMap(({ name, encrypted }) => encrypted ? [name] : [])
    return new Scene(host, schema, { ...change, accept: once(async () => await accept(encrypted)) })
  }

  #attached (): HookHost {
    // Letting a change pass because nobody is there to refuse it would be a hole.
    if (this.#host === undefined) throw new DinemicError('ORM_NO_NODE', 'The hooks are asked before their node is complete. Call attach() first.')
    return this.#host
  }
}

interface Call extends HookPlace {
  readonly receiver: (phase: 'before' | 'after') => object | Promise<object>
  readonly name: string
}

/** A hook that accepts one field has seen no other: what it accepts must not carry along what nobody looked at. */
function partlyAccepted (scene: Scene, { field }: Step): DinemicError {
  const { change } = scene
  const what = field === undefined ? 'removal' : `change of ${scene.fieldName(field)}`
  return new DinemicError('ORM_NOT_AUTHORIZED', `The proposal for ${change.object} is refused as a whole: hooks accepted a part of it, and none the ${what}.`, { details: { object: change.object, update: change.update.id, field: field?.field } })
}

/** Several hooks may accept one proposal; it is endorsed once. */
function once (task: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined
  return () => result ??= task()
}

type HookMethod = (change: unknown) => unknown

const afterHooks: ReadonlySet<HookName> = new Set(AFTER_HOOKS)

function isAfterHook ({ hook }: HookSchema): boolean {
  return afterHooks.has(hook)
}
