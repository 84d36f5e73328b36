// A relay of TCP connections that keeps every byte for a while, both ways: relay.ts <target host> <target port> <ms>. Tells the port on which it listens.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

const [host, port, ms] = process.argv.slice(2) as [string, string, string]

const server = createServer(near => {
  const far = connect({ host, port: Number(port) })
  forward(near, far)
  forward(far, near)
})
server.listen(() => { process.send!((server.address() as AddressInfo).port) })

/** Timers of one length fire in the order in which they were set. */
function forward (from: Socket, to: Socket): void {
  const later = (what: () => void): void => { setTimeout(what, Number(ms)) }
  from.setNoDelay(true)
  from.on('data', chunk => { later(() => { if (to.writable) to.write(chunk) }) })
  from.on('end', () => { later(() => { to.end() }) })
  // The other side is told by 'close', whatever the error was.
  from.on('error', () => {})
  from.on('close', () => { later(() => { to.destroy() }) })
}

process.on('disconnect', () => { process.exit() })
