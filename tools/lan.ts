import { execFileSync } from 'node:child_process'

const PREFIX = 'dinemic'

/**
 * A LAN of this machine's own: a network namespace for each host, cabled to switches in a namespace more. All interfaces
 * are inside, so that nothing can clash with what else is on the machine, and removing the namespaces removes everything.
 */
export class Lan {
  /** The namespaces of the hosts. Host `n` has the address 10.77.0.`n + 1`. */
  readonly hosts: readonly string[]
  /** The namespace of the switches, which is a host too: 10.77.0.254. */
  readonly switches: string

  /** So many hosts on each switch; the switches are cabled in a row. Throws where the machine doesn't allow it; then nothing is left behind. */
  constructor (...hostsOfSwitches: readonly number[]) {
    sweep()
    const name = (part: string): string => `${PREFIX}-${process.pid}-${part}`
    const switchOf = hostsOfSwitches.flatMap((count, place) => Array.from({ length: count }, () => place))
    this.switches = name('switch')
    this.hosts = switchOf.map((_place, host) => name(`host${host + 1}`))
    try {
      this.#addSwitches(hostsOfSwitches.length)
      switchOf.forEach((place, host) => { this.#addHost(host, place) })
    } catch (error) {
      this.remove()
      throw error
    }
  }

  remove (): void {
    const existing = namespaces()
    for (const name of [this.switches, ...this.hosts]) {
      if (existing.includes(name)) ip('netns', 'delete', name)
    }
  }

  /** Pulls or plugs the cable between a switch and the next one. */
  trunk (state: 'up' | 'down', place = 0): void {
    ip('-n', this.switches, 'link', 'set', `trunk${place}`, state)
  }

  /** Pulls or plugs the cable of a host. */
  cable (host: number, state: 'up' | 'down'): void {
    ip('-n', this.switches, 'link', 'set', `port${host}`, state)
  }

  /** From now on each host loses so many per cent of the packets that reach it. False, and a message, where nftables aren't there. */
  lose (percent: number): boolean {
    const input = `table inet loss {
      chain input {
        type filter hook input priority 0
        iifname "lan" numgen random mod 100 < ${percent} counter drop
      }
    }\n`
    try {
      for (const host of this.hosts) execFileSync('ip', ['netns', 'exec', host, 'nft', '-f', '-'], { input, stdio: 'pipe' })
      return true
    } catch (error) {
      console.warn(`Skipped: packets can't be dropped here, which takes \`nft\` (nftables). ${String(error)}`)
      return false
    }
  }

  /** How many packets each host has lost so far. */
  lost (): number[] {
    return this.hosts.map(host => {
      const rules = execFileSync('ip', ['netns', 'exec', host, 'nft', 'list', 'table', 'inet', 'loss'], { encoding: 'utf8' })
      return Number(/counter packets (\d+)/.exec(rules)![1])
    })
  }

  /** As when the lease of an address ends: the host has another one from now on. */
  renumber (host: number, from: number, to: number): void {
    ip('-n', this.hosts[host]!, 'address', 'delete', `10.77.0.${from}/24`, 'dev', 'lan')
    this.#address(host, to)
  }

  #addSwitches (count: number): void {
    ip('netns', 'add', this.switches)
    for (let place = 0; place < count; place++) {
      ip('-n', this.switches, 'link', 'add', `switch${place}`, 'type', 'bridge')
      ip('-n', this.switches, 'link', 'set', `switch${place}`, 'up')
      if (place === 0) continue
      const [end, other] = [`trunk${place - 1}`, `trunk${place - 1}end`]
      ip('-n', this.switches, 'link', 'add', end, 'type', 'veth', 'peer', 'name', other)
      ip('-n', this.switches, 'link', 'set', end, 'master', `switch${place - 1}`, 'up')
      ip('-n', this.switches, 'link', 'set', other, 'master', `switch${place}`, 'up')
    }
    ip('-n', this.switches, 'address', 'add', '10.77.0.254/24', 'dev', 'switch0')
  }

  #addHost (host: number, place: number): void {
    const [namespace, port] = [this.hosts[host]!, `port${host}`]
    ip('netns', 'add', namespace)
    ip('-n', namespace, 'link', 'add', 'lan', 'type', 'veth', 'peer', 'name', port, 'netns', this.switches)
    ip('-n', this.switches, 'link', 'set', port, 'master', `switch${place}`, 'up')
    ip('-n', namespace, 'link', 'set', 'lo', 'up')
    ip('-n', namespace, 'link', 'set', 'lan', 'up')
    this.#address(host, host + 1)
  }

  #address (host: number, last: number): void {
    ip('-n', this.hosts[host]!, 'address', 'add', `10.77.0.${last}/24`, 'dev', 'lan')
    // Multicast goes where the default route goes.
    ip('-n', this.hosts[host]!, 'route', 'replace', 'default', 'dev', 'lan')
  }
}

/** For `test` or `test.skip`: false, and a message, where this machine doesn't allow it. */
export function allowsLan (): boolean {
  try {
    new Lan(1).remove()
    return true
  } catch (error) {
    // Not by the console: what a file of nothing but skipped tests says there isn't shown.
    process.stderr.write(`Skipped: network namespaces can't be made here, which takes Linux, \`ip\` (iproute2) and root. ${String(error)}\n`)
    return false
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
