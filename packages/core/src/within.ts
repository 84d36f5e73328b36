import type { Platform } from './ports/platform.js'

/** What a task gives, or after so many ms, whatever becomes of it, the error that `late` makes. */
export async function within<T> (platform: Pick<Platform, 'schedule'>, ms: number, { task, late }: { readonly task: () => Promise<T>, readonly late: () => Error }): Promise<T> {
  let cancel = (): void => {}
  const over = new Promise<never>((_resolve, reject) => {
    cancel = platform.schedule(ms, () => { reject(late()) })
  })
  try {
    return await Promise.race([task(), over])
  } finally {
    cancel()
  }
}
