import { execFileSync } from 'node:child_process'

const PREFIX = 'dinemic'

/**
 * A LAN of this machine's own: a network namespace for each host, cabled to a switch in a namespace more. All interfaces
 * are inside, so that nothing can clash with what else is on the machine, and removing the namespaces removes everything.
 */
export class Lan {
  readonly hosts: readonly string[]
  readonly #switch: string

  /** Throws where the machine doesn't allow it; then nothing is left behind. */
  constructor (size: number) {
    sweep()
    const name = (part: string): string => `${PREFIX}-${process.pid}-${part}`
    this.#switch = name('switch')
    this.hosts = Array.from({ length: size }, (_, index) => name(`host${index + 1}`))
    try {
      this.#build()
    } catch (error) {
      this.remove()
      throw error
    }
  }

  remove (): void {
    const existing = namespaces()
    for (const name of [this.#switch, ...this.hosts]) {
      if (existing.includes(name)) ip('netns', 'delete', name)
    }
  }

  #build (): void {
    ip('netns', 'add', this.#switch)
    ip('-n', this.#switch, 'link', 'add', 'bridge', 'type', 'bridge')
    ip('-n', this.#switch, 'link', 'set', 'bridge', 'up')
    this.hosts.forEach((host, index) => {
      const port = `port${index + 1}`
      ip('netns', 'add', host)
      ip('-n', host, 'link', 'add', 'lan', 'type', 'veth', 'peer', 'name', port, 'netns', this.#switch)
      ip('-n', this.#switch, 'link', 'set', port, 'master', 'bridge', 'up')
      ip('-n', host, 'address', 'add', `10.77.0.${index + 1}/24`, 'dev', 'lan')
      ip('-n', host, 'link', 'set', 'lo', 'up')
      ip('-n', host, 'link', 'set', 'lan', 'up')
      // Multicast goes where the default route goes.
      ip('-n', host, 'route', 'add', 'default', 'dev', 'lan')
    })
  }
}

/** What earlier runs left because they were killed. */
function sweep (): void {
  for (const name of namespaces()) {
    const [prefix, pid] = name.split('-')
    if (prefix === PREFIX && !isAlive(Number(pid))) ip('netns', 'delete', name)
  }
}

function namespaces (): string[] {
  // A line is a name, with an id after it where one is assigned.
  return ip('netns', 'list').split('\n').map((line) => line.split(' ')[0]!).filter((name) => name !== '')
}

function isAlive (pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function ip (...values: readonly string[]): string {
  return execFileSync('ip', values, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
