import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs a test in a directory of its own, which is gone afterwards. */
export async function inDirectory<T> (run: (path: string) => Promise<T>): Promise<T> {
  const path = await makeDirectory()
  try {
    return await run(path)
  } finally {
    await removeDirectory(path)
  }
}

export function makeDirectory (): Promise<string> {
  return mkdtemp(join(tmpdir(), 'dinemic-store-'))
}

export function removeDirectory (path: string): Promise<void> {
  return rm(path, { recursive: true, force: true })
}

/** Every byte of every file, one after another. */
export async function allBytes (path: string): Promise<Buffer> {
  const files = await readdir(path)
  return Buffer.concat(await Promise.all(files.map(file => readFile(join(path, file)))))
}
