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
    send({ type: 'failed', number, code: isDinemicError(error) ? error.code : 'NO_CODE', text: error instanceof Error ? error.stack ?? error.message : String(error) })
  }
}

function send (message: Message): void {
  process.send?.(message)
}
