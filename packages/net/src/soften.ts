import { TIMES } from './limits.js'

// Everybody hears every question and every answer. If each of n hosts asked each time and were answered by all, that would
// be n² packets for each to read: at 300 hosts more than a process can do. So
//   - with n peers a host asks every n-th time only: of all together, about one asks, and all hear the answers;
//   - a host answers once a second at most (RFC 6762, section 6), and that answer is for all who have asked meanwhile.

/** What is used of `multicast-dns`. */
export interface Multicast {
  query (question: object): void
  respond (answer: object): void
}

/** `random` gives a number from 0 to 1, exclusive. */
export function soften (multicast: Multicast, connected: () => number, random: () => number = Math.random): void {
  const query = multicast.query.bind(multicast)
  const respond = multicast.respond.bind(multicast)
  let last = -Infinity
  let waiting: object | undefined

  const send = (answer: object): void => {
    last = performance.now()
    respond(answer)
  }
  multicast.query = question => {
    if (random() * (connected() + 1) < 1) query(question)
  }
  multicast.respond = answer => {
    const due = last + TIMES.mdnsAnswer - performance.now()
    if (due <= 0) return send(answer)
    if (waiting === undefined) {
      setTimeout(() => {
        send(waiting!)
        waiting = undefined
      }, due).unref()
    }
    waiting = answer
  }
}
