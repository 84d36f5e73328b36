import type { ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Content } from './item.js'
import { PLAIN } from './item.js'
import type { Commands, Order, Told } from './main.js'
import { spawnIn } from './spawn-in.js'

const program = fileURLToPath(new URL('main.ts', import.meta.url))

/** An error of a host, with its code. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly code: string

  constructor (code: string, text: string) {
    super(text)
    this.code = code
  }
}

interface Pending { readonly resolve: (value: unknown) => void, readonly reject: (error: Error) => void }

/** The process of a host, as the test sees it. Emits `changed`, also when a hook was heard. */
export class Host extends EventEmitter<{ changed: [] }> {
  readonly #process: ChildProcess
  readonly #pending = new Map<number, Pending>()
  readonly #heard: Map<string, unknown>
  #orders = 0

  /** `heard`: what the hooks of each object and field told last, in earlier lives on the same disk. */
  constructor (namespace: string, heard: Map<string, unknown>) {
    super()
    this.#heard = heard
    this.#process = spawnIn(namespace, program)
    this.#process.on('message', (message: Told) => { this.#receive(message) })
    this.#process.on('exit', () => { this.#end() })
  }

  /** Rejects with a `HostError`. */
  async ask<C extends keyof Commands> (command: C, ...args: Parameters<Commands[C]>): Promise<Awaited<ReturnType<Commands[C]>>> {
    const number = ++this.#orders
    const answer = new Promise<unknown>((resolve, reject) => { this.#pending.set(number, { resolve, reject }) })
    this.#process.send({ number, command, args } satisfies Order)
    return await answer as Awaited<ReturnType<Commands[C]>>
  }

  /** Where the host shows something else than its hooks were told of last. */
  * deafTo (content: Content): Iterable<string> {
    for (const [id, item] of Object.entries(content)) {
      for (const field of PLAIN) {
        const heard = this.#heard.get(`${id} ${field}`) ?? (field === 'visits' ? 0 : undefined)
        if (heard !== item[field]) yield `${id}: ${field} is ${item[field]}, and the hooks heard ${String(heard)}`
      }
    }
  }

  /** As when the power fails. */
  async kill (): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await gone
  }

  #receive (message: Told): void {
    if (message.told === 'done') this.#settle(message.number)?.resolve(message.value)
    else if (message.told === 'failed') this.#settle(message.number)?.reject(new HostError(message.code, message.text))
    else {
      if (message.told === 'heard') this.#heard.set(`${message.id} ${message.field}`, message.after)
      this.emit('changed')
    }
  }

  #settle (number: number): Pending | undefined {
    const pending = this.#pending.get(number)
    this.#pending.delete(number)
    return pending
  }

  #end (): void {
    for (const { reject } of this.#pending.values()) reject(new HostError('GONE', 'The process has ended'))
    this.#pending.clear()
  }
}
