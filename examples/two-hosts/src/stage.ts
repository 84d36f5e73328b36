import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Reach } from './host.js'
import { RemoteHost } from './remote-host.js'

export interface StageOptions {
  /** One network namespace for each host: they are in a LAN of their own and find each other there. */
  readonly namespaces?: readonly string[]
}

/** The processes of the story and their directories. Whatever it starts, `close` ends. */
export class Stage {
  readonly #directory: string
  readonly #namespaces: readonly string[]
  /** Those that run, with the addresses at which others reach them. */
  readonly #hosts = new Map<RemoteHost, readonly string[]>()

  static async open ({ namespaces = [] }: StageOptions): Promise<Stage> {
    return new Stage(await mkdtemp(join(tmpdir(), 'two-hosts-')), namespaces)
  }

  private constructor (directory: string, namespaces: readonly string[]) {
    this.#directory = directory
    this.#namespaces = namespaces
  }

  /** A new process on the directory of that name, off-line. */
  async raise (name: string): Promise<RemoteHost> {
    const namespace = this.#namespaces[name.charCodeAt(0) - 'A'.charCodeAt(0)]
    const host = new RemoteHost(name, namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace])
    this.#hosts.set(host, [])
    await this.#start(host, 'off-line')
    return host
  }

  async goOffline (host: RemoteHost): Promise<void> {
    await this.#start(host, 'off-line')
  }

  /** Resolves when each host that is on-line is connected to all others. */
  async goOnline (host: RemoteHost): Promise<void> {
    const others = [...this.#hosts].filter(([other, addresses]) => other !== host && addresses.length > 0)
    const byAddress = this.#namespaces.length === 0
    await this.#start(host, byAddress ? 'by address' : 'by mDNS')
    if (byAddress) {
      for (const [, [address]] of others) await host.ask('connect', address!)
    }
    await Promise.all([host, ...others.map(([other]) => other)].map(async (present) => await present.ask('meet', others.length)))
  }

  async kill (host: RemoteHost): Promise<void> {
    await host.kill()
    this.#hosts.delete(host)
  }

  async close (): Promise<void> {
    for (const host of [...this.#hosts.keys()]) await this.kill(host)
    await rm(this.#directory, { recursive: true, force: true })
  }

  async #start (host: RemoteHost, reach: Reach): Promise<void> {
    this.#hosts.set(host, await host.ask('start', join(this.#directory, host.name), reach))
  }
}
