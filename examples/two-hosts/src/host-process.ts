import { isDinemicError } from '@dinemic/node'
import { Host } from './host.js'
import type { Command, Message } from './messages.js'

// The program of a host: does what the conductor asks, and tells it what the hooks hear.

const host = new Host((report) => { send({ type: 'heard', report }) })

process.on('message', (command: Command) => { void obey(command) })
process.on('disconnect', () => { process.exit() }) // No conductor, no story.

async function obey ({ number, verb, values }: Command): Promise<void> {
  try {
    const method = host[verb] as (this: Host, ...values: readonly unknown[]) => unknown
    send({ type: 'done', number, value: await method.apply(host, [...values]) })
  } catch (error) {
    send({ type: 'failed', number, ...describe(error) })
  }
}

/** Errors of Dinemic say what happened and what to do; of any other, which is a mistake in this program, the place is of interest. */
function describe (error: unknown): { code: string, text: string } {
  if (isDinemicError(error)) return { code: error.code, text: `${error.code}: ${error.message}` }
  return { code: 'MISTAKE', text: error instanceof Error && error.stack !== undefined ? error.stack : String(error) }
}

function send (message: Message): void {
  process.send?.(message)
}
