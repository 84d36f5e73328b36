#!/usr/bin/env node
import { runCli } from './run.js'

process.exitCode = await runCli(process.argv.slice(2), {
  out: text => { process.stdout.write(`${text}\n`) },
  error: text => { process.stderr.write(`${text}\n`) }
})
