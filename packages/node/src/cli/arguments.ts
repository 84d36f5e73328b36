import { parseArgs } from 'node:util'
import type { ParseArgsConfig } from 'node:util'
import { DinemicError } from '@dinemic/core'

type OptionsConfig = NonNullable<ParseArgsConfig['options']>
type Parsed<T extends OptionsConfig> = ReturnType<typeof parseArgs<{ args: string[], options: T, allowPositionals: true, strict: true }>>

/** What was given, or `NODE_BAD_ARGUMENTS`. Every command takes `--json`. */
export function readArguments<T extends OptionsConfig> (command: string, args: readonly string[], options: T): Parsed<T & { json: { type: 'boolean' } }> {
  try {
    return parseArgs({ args: [...args], options: { ...options, json: { type: 'boolean' } }, allowPositionals: true, strict: true })
  } catch (error) {
    // Its first sentence says what is wrong; the rest is advice on positional arguments.
    throw badArguments(command, `${(error as Error).message.split('. ')[0]!.replace(/\.$/, '')}.`, error)
  }
}

export function badArguments (command: string, problem: string, cause?: unknown): DinemicError {
  return new DinemicError('NODE_BAD_ARGUMENTS', `dinemic ${command}: ${problem} dinemic --help says what there is.`, { cause })
}
