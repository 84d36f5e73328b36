import type { ChildProcess } from 'node:child_process'
import { once, setMaxListeners } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Lan } from '../../../../../tools/lan.js'
import { Host } from './host.js'
import type { Content } from './item.js'
import type { Start } from './main.js'
import { spawnIn } from './spawn-in.js'

/** After so many ms what is waited for won't come; the waiting itself follows events. */
const PATIENCE = 60_000
const relay = fileURLToPath(new URL('relay.ts', import.meta.url))

/** Who runs, with what the others may need to know of it. */
export interface Member { readonly host: Host, readonly id: string, readonly address: string }

/** Hosts in a LAN, each with a directory of its own, and what is true of all of them. */
export class Stage {
  readonly #lan: Lan
  readonly #directory = mkdtempSync(join(tmpdir(), 'dinemic-lan-'))
  readonly #members = new Set<Member>()
  readonly #relays: ChildProcess[] = []
  /** By directory: what the after-hooks of its nodes have told. */
  readonly #heard = new Map<string, Map<string, unknown>>()

  constructor (lan: Lan) {
    this.#lan = lan
  }

  /** In a directory of that name: a host that comes back finds what it had. */
  async raise (place: number, { directory = `host${place}`, ...options }: Partial<Start> & { directory?: string } = {}): Promise<Member> {
    const heard = this.#heard.get(directory) ?? new Map<string, unknown>()
    this.#heard.set(directory, heard)
    const host = new Host(this.#lan.hosts[place]!, heard)
    const { id, addresses } = await host.ask('start', { network: 'lan', path: join(this.#directory, directory), ...options })
    const address = addresses.find(one => one.includes('/10.77.'))!
    const member = { host, id, address }
    this.#members.add(member)
    return member
  }

  async raiseAll (options: Partial<Start> = {}): Promise<Member[]> {
    return await Promise.all(this.#lan.hosts.map(async (_namespace, place) => await this.raise(place, options)))
  }

  async kill (member: Member): Promise<void> {
    await member.host.kill()
    this.#members.delete(member)
  }

  /** An address that leads to a host over a relay, which keeps every byte for so many ms. */
  async delayed (member: Member, ms: number): Promise<string> {
    const [, , host, , port] = member.address.split('/') as [string, string, string, string, string]
    const process = spawnIn(this.#lan.switches, relay, host, port, String(ms))
    this.#relays.push(process)
    const [listening] = await once(process, 'message') as [number]
    return `/ip4/10.77.0.254/tcp/${listening}`
  }

  /** Resolves when each of these is connected to all the others of them, and to nobody else. */
  async meet (...groups: readonly (readonly Member[])[]): Promise<void> {
    await this.until(async () => {
      for (const group of groups) {
        for (const member of group) {
          const others = group.filter(other => other !== member).map(({ id }) => id).sort()
          const peers = [...await member.host.ask('peers')].sort()
          if (others.join() !== peers.join()) return `${this.#nameOf(member)} is connected to ${peers.length} peers instead of ${others.length}`
        }
      }
      return undefined
    })
  }

  /** Resolves to what all hosts show, once it is the same, has what is wanted, and their hooks have told of it. */
  async agree (wanted: (content: Content) => boolean): Promise<Content> {
    let content: Content = {}
    await this.until(async () => {
      const contents = await Promise.all([...this.#members].map(async member => [member, await member.host.ask('content')] as const))
      content = contents[0]![1]
      for (const [member, other] of contents) {
        if (JSON.stringify(sorted(other)) !== JSON.stringify(sorted(content))) return `hosts differ:\n${contents.map(([who, shown]) => `${this.#nameOf(who)} ${summary(shown)}`).join('\n')}`
        const [deaf] = member.host.deafTo(other)
        if (deaf !== undefined) return `${this.#nameOf(member)}: ${deaf}`
      }
      return wanted(content) ? undefined : `all agree, but on something else: ${summary(content)}`
    })
    return content
  }

  /** Looks, and looks again whenever something has happened, until `problem` gives none. Rejects with the last one. */
  async until (problem: () => Promise<string | undefined>): Promise<void> {
    const late = AbortSignal.timeout(PATIENCE)
    setMaxListeners(0, late)
    for (;;) {
      const [waiting, changed] = this.#nextChange(late)
      try {
        const found = await problem()
        if (found === undefined) return
        await changed.catch(() => { throw new Error(`After ${PATIENCE} ms: ${found}`) })
      } finally {
        waiting.abort()
      }
    }
  }

  async end (): Promise<void> {
    await Promise.all([...this.#members].map(async member => { await this.kill(member) }))
    for (const process of this.#relays) process.kill('SIGKILL')
    await rm(this.#directory, { recursive: true, force: true })
  }

  #nextChange (late: AbortSignal): [AbortController, Promise<unknown>] {
    const waiting = new AbortController()
    const signal = AbortSignal.any([waiting.signal, late])
    setMaxListeners(0, signal)
    const changed = Promise.race([...this.#members].map(async ({ host }) => await once(host, 'changed', { signal })))
    changed.catch(() => { /* nobody waits any more */ })
    return [waiting, changed]
  }

  #nameOf (member: Member): string {
    return `host ${[...this.#members].indexOf(member)}`
  }
}

function sorted (content: Content): unknown {
  return Object.entries(content).sort(([a], [b]) => a < b ? -1 : 1)
}

function summary (content: Content): string {
  return JSON.stringify(Object.values(content).map(({ updates, ...item }) => ({ ...item, updates: updates.length })))
}
