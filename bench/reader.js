import { once } from 'node:events'
import { Listener, Node, defineHooks } from '@dinemic/node'
import { quiet } from './model.js'

// The other process of what is timed between two: `reader.js <path> <address>`. It sends its own address when it is
// connected, then the monotonic time at which each hook ran; one clock serves all processes of a machine.

const [, , path, address] = process.argv
class Ear extends Listener {
  created () { process.send('created') }
  updated ({ field, creation }) { if (field === 'name' && !creation) process.send(String(process.hrtime.bigint())) }
}
defineHooks(Ear, [{ hook: 'OnCreated', method: 'created' }, { hook: 'OnUpdated', method: 'updated' }])
const ear = new Ear()
const node = await Node.start({ ...quiet, path, listeners: [[ear, 'Person:[id]'], [ear, 'Person:[id]:name']] })
await node.connect(address)
process.send({ address: node.addresses[0] })
await once(process, 'message')
await node.stop()
process.disconnect()
