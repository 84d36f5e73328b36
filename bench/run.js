import { spawnSync } from 'node:child_process'
import { cpus, release } from 'node:os'
import { fileURLToPath } from 'node:url'

console.log(`Node ${process.version}, ${process.platform} ${release()}, ${cpus().length} × ${cpus()[0].model}\n`)
for (const file of ['local.js', 'latency.js', 'hostile.js', 'lists.js', 'open.js', 'reconcile.js', 'many.js', 'many-processes.js']) {
  console.log(`== ${file}`)
  const { status } = spawnSync(process.execPath, [fileURLToPath(new URL(file, import.meta.url))], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
