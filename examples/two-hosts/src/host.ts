import { once } from 'node:events'
import { Node, isDinemicError } from '@dinemic/node'
import type { CreateValues, DataKeys, NodeOptions } from '@dinemic/node'
import { Person } from './model.js'
import { Witness } from './witness.js'
import type { Report } from './witness.js'

export type PersonField = DataKeys<Person>
export type PersonValues = CreateValues<Person>

/** How a host reaches others: given addresses on this machine, by mDNS in the LAN, or not at all. */
export type Reach = 'by address' | 'by mDNS' | 'off-line'

const NETWORK: Record<Reach, Pick<NodeOptions, 'listen' | 'discovery'>> = {
  'by address': { listen: ['/ip4/127.0.0.1/tcp/0'], discovery: false },
  'by mDNS': {},
  'off-line': { listen: [], discovery: false }
}

/** After so many ms what is waited for won't come; the waiting itself follows events. */
const PATIENCE = 15_000

/** What a host can be asked to do: each method is a few lines of Dinemic. */
export class Host {
  readonly #tell: (report: Report) => void
  readonly #witnesses = new Map<string, Witness>()
  #running: Node | undefined

  constructor (tell: (report: Report) => void) {
    this.#tell = tell
  }

  /** Gives the addresses at which others reach this host. A running node is stopped before. */
  async start (path: string, reach: Reach): Promise<readonly string[]> {
    await this.#running?.stop()
    const witness = new Witness('always', this.#tell)
    const node = await Node.start({
      network: 'office',
      models: [Person],
      path,
      listeners: [[witness, 'Person:[id]'], [witness, 'Person:[id]:[field]']],
      ...NETWORK[reach]
    })
    node.on('error', (error) => { console.error(error) })
    this.#running = node
    return node.addresses
  }

  async connect (address: string): Promise<void> {
    await this.#node.connect(address)
  }

  /** Waits until so many other hosts are connected. */
  async meet (others: number): Promise<void> {
    while (this.#node.peers.length < others) await once(this.#node, 'peer:connect')
  }

  async idle (): Promise<void> {
    await this.#node.idle()
  }

  /** Gives the new person's id; its private key stays here. */
  async create (values: PersonValues, authorized: readonly string[] = []): Promise<string> {
    const person = await Person.create(values, { authorized })
    return person.id
  }

  /** Ids of the people whose private keys are here. */
  async owned (): Promise<string[]> {
    return await Person.ids({ owned: true })
  }

  async has (id: string): Promise<boolean> {
    return await Person.get(id) !== undefined
  }

  async read (id: string, field: PersonField, as?: string): Promise<unknown> {
    const person = await Person.open(id, acting(as))
    return person[field]
  }

  async write (id: string, values: PersonValues, as?: string): Promise<void> {
    const person = await Person.open(id, acting(as))
    Object.assign(person, values)
    await person.save()
  }

  /** What the connected hosts answered, in alphabetical order. */
  async propose (id: string, values: PersonValues, as: string): Promise<string[]> {
    const person = await Person.open(id, { as })
    Object.assign(person, values)
    const answers = await person.save({ propose: true })
    return answers.map(({ answer }) => answer).sort()
  }

  /** Ends the rights of somebody, and writes what they are not to read any more. */
  async revoke (id: string, who: string, values: PersonValues): Promise<void> {
    const person = await Person.open(id)
    person.$.revoke(who)
    Object.assign(person, values)
    await person.save()
  }

  async delete (id: string, field: 'salary' | 'nickname' | 'mood'): Promise<void> {
    const person = await Person.open(id)
    delete person[field]
    await person.save()
  }

  async remove (id: string): Promise<void> {
    const person = await Person.open(id)
    await person.remove()
  }

  /** Waits until a field shows this value here (for one that can't be read: the code of the error); gives what it shows. */
  async sees (id: string, field: PersonField, value: unknown, as?: string): Promise<unknown> {
    let shown: unknown
    for await (const people of Person.live(acting(as), patiently())) {
      const person = people.find((row) => row.id === id)
      shown = person === undefined ? 'nobody' : show(person, field)
      if (shown === value) break
    }
    return shown
  }

  /** Waits until the person is no longer here. */
  async misses (id: string): Promise<boolean> {
    let missing = false
    for await (const people of Person.live({}, patiently())) {
      missing = !people.some((row) => row.id === id)
      if (missing) break
    }
    return missing
  }

  /** From now on a further witness hears what the filter lets through. */
  listen (name: string, filter: string): void {
    const witness = new Witness(name, this.#tell)
    witness.apply(filter)
    this.#witnesses.set(name, witness)
  }

  unlisten (name: string, filter: string): void {
    this.#witnesses.get(name)?.revoke(filter)
  }

  get #node (): Node {
    if (this.#running === undefined) throw new Error('start the host first')
    return this.#running
  }
}

function acting (as: string | undefined): { as?: string } {
  return as === undefined ? {} : { as }
}

function patiently (): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(PATIENCE) }
}

function show (person: Person, field: PersonField): unknown {
  try {
    return person[field]
  } catch (error) {
    if (isDinemicError(error)) return error.code
    throw error
  }
}
