import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../dist/run.js', import.meta.url))

/** Runs the built program; its lines tell what happened. */
export async function runStory (...values: readonly string[]): Promise<{ code: number | null, lines: string[] }> {
  const program = spawn(process.execPath, [PROGRAM, ...values], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, errors, [code]] = await Promise.all([text(program.stdout), text(program.stderr), once(program, 'exit')]) as [string, string, [number | null]]
  return { code, lines: linesOf(output + errors) }
}

/** The lines of a run in which all went well; of ids, which differ each time, only the model is left. */
export function storyLines (): string[] {
  return readFileSync(new URL('story.txt', import.meta.url), 'utf8').trimEnd().split('\n')
}

function linesOf (output: string): string[] {
  return output.split('\n').filter((line) => line !== '').map((line) => line.replace(/\b([A-Z]\w*:)\w+…/g, '$1…'))
}
