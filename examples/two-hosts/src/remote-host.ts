import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Answer, Arguments, Command, Message, Verb } from './messages.js'
import type { Report } from './witness.js'

/** After so many ms a hook that hasn't run won't. */
const PATIENCE = 15_000
/** Beside this file, compiled or, under tsx, as it is. */
const PROGRAM = fileURLToPath(new URL(`host-process${extname(import.meta.url)}`, import.meta.url))

/** What a host answered to a command that it couldn't carry out. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly code: string

  constructor (code: string, message: string) {
    super(message)
    this.code = code
  }
}

interface Pending { readonly resolve: (value: unknown) => void, readonly reject: (error: unknown) => void }

/** A host in a process of its own, as the conductor sees it. */
export class RemoteHost {
  readonly name: string
  /** All that its hooks have told, in order. */
  readonly heard: Report[] = []
  readonly #process: ChildProcess
  readonly #pending = new Map<number, Pending>()
  readonly #news = new EventEmitter()
  #commands = 0

  /** `prefix`: a command that runs the rest of its line elsewhere, such as `ip netns exec lan-1`. */
  constructor (name: string, prefix: readonly string[] = []) {
    this.name = name
    const [command = process.execPath, ...rest] = [...prefix, process.execPath, ...process.execArgv, PROGRAM]
    this.#process = spawn(command, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' })
    this.#process.on('message', (message: Message) => { this.#receive(message) })
    this.#process.on('error', (error) => { this.#end(error) })
    this.#process.on('exit', () => { this.#end(new HostError('GONE', `the process of ${name} has ended`)) })
  }

  /** Rejects with a `HostError`, whose code is that of the error in the host. */
  async ask<V extends Verb> (verb: V, ...values: Arguments<V>): Promise<Answer<V>> {
    const number = ++this.#commands
    const answer = new Promise<unknown>((resolve, reject) => { this.#pending.set(number, { resolve, reject }) })
    this.#process.send({ number, verb, values } satisfies Command)
    return await answer as Answer<V>
  }

  /** Waits until a hook has been told all of this; gives it back, or else what was told of that object instead. */
  async hears (expected: Partial<Report>): Promise<unknown> {
    const signal = AbortSignal.timeout(PATIENCE)
    try {
      while (!this.hasHeard(expected)) await once(this.#news, 'report', { signal })
      return expected
    } catch (error) {
      if (!signal.aborted) throw error
      return this.heard.filter(({ object }) => object === expected.object)
    }
  }

  hasHeard (expected: Partial<Report>): boolean {
    return this.heard.some((report) => Object.entries(expected).every(([key, value]) => report[key as keyof Report] === value))
  }

  /** As when the power fails. */
  async kill (): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null || this.#process.pid === undefined) return
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await gone
  }

  #receive (message: Message): void {
    if (message.type === 'heard') {
      this.heard.push(message.report)
      this.#news.emit('report')
      return
    }
    const pending = this.#pending.get(message.number)
    this.#pending.delete(message.number)
    if (message.type === 'done') pending?.resolve(message.value)
    else pending?.reject(new HostError(message.code, `${this.name}: ${message.text}`))
  }

  #end (error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}
