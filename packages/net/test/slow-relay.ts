import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { stopLater } from './bench.js'

/** Passes on the bytes of a TCP connection until it is told to stop reading what comes from the target. */
export interface SlowRelay {
  /** Leads to the target. */
  readonly address: string
  stopReading (): void
}

export async function startRelay (target: string): Promise<SlowRelay> {
  const port = Number(/\/tcp\/(\d+)/.exec(target)![1])
  const sockets: Socket[] = []
  const targets: Socket[] = []
  const server: Server = createServer(near => {
    const far = connect(port, '127.0.0.1')
    sockets.push(near, far)
    targets.push(far)
    near.on('error', () => {})
    far.on('error', () => {})
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stopLater({
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => { server.close(resolve) })
    }
  })
  return {
    address: target.replace(/\/tcp\/\d+/, `/tcp/${(server.address() as AddressInfo).port}`),
    stopReading: () => {
      for (const far of targets) far.unpipe().pause()
    }
  }
}
