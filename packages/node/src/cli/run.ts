import { DinemicError, isDinemicError } from '@dinemic/core'
import { didYouMean } from '@dinemic/orm'
import { doctor } from './doctor.js'
import type { Command } from './outcome.js'
import { peers } from './peers.js'

export interface Output { out (text: string): void, error (text: string): void }

const COMMANDS: { readonly [name: string]: Command } = { doctor, peers }

const USAGE = `dinemic: looks at Dinemic databases and networks; changes nothing in them

  dinemic doctor <path>           what the store in this directory holds, what is wrong with it, what to do
    --network <name>              check that it belongs to this network
  dinemic peers --network <name>  who is there, seen by a node that lives for a few seconds
    --timeout <ms>                how long to look, 5000 by default
    --connect <address>           a peer to dial, beside those that mDNS finds; may be repeated
    --no-discovery                dial those alone, and listen nowhere
                                  DINEMIC_NETWORK_KEY in the environment: the network's pre-shared key

  --json                          for programs
  --help

It ends with 0 if all is well, 1 if there is something to look at, 2 if it could not look.`

/** Resolves to the exit code. */
export async function runCli (args: readonly string[], output: Output): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || args.includes('--help')) {
    output.out(USAGE)
    return name === undefined ? 2 : 0
  }
  const json = rest.includes('--json')
  try {
    const { text, data, isWell } = await commandOf(name)(rest)
    output.out(json ? JSON.stringify(data, null, 2) : text)
    return isWell ? 0 : 1
  } catch (error) {
    if (!isDinemicError(error)) throw error
    const { code, message, details } = error
    output.error(json ? JSON.stringify({ error: { code, message, details } }, null, 2) : `${code}: ${message}`)
    return 2
  }
}

function commandOf (name: string): Command {
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name]!
  throw new DinemicError('NODE_BAD_ARGUMENTS', `There is no command '${name}'.${didYouMean(name, Object.keys(COMMANDS))} dinemic --help lists them.`)
}
