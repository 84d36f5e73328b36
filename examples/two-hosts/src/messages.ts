import type { Host } from './host.js'
import type { Report } from './witness.js'

// What goes over the pipe between the conductor and a host's process.

export type Verb = keyof Host
export type Arguments<V extends Verb> = Parameters<Host[V]>
export type Answer<V extends Verb> = Awaited<ReturnType<Host[V]>>

export interface Command { readonly number: number, readonly verb: Verb, readonly values: readonly unknown[] }

export type Message =
  | { readonly type: 'done', readonly number: number, readonly value: unknown }
  | { readonly type: 'failed', readonly number: number, readonly code: string, readonly text: string }
  | { readonly type: 'heard', readonly report: Report }
