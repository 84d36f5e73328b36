/**
 * Mutates frames of all kinds and reads them: what isn't refused with a code must encode to itself, nothing may crash,
 * take long or much memory.
 *
 *   npm run fuzz -- --frames 10000000 --seed 1
 *
 * Ends with a line of figures; exits 1 at the first fault and prints the frame that shows it.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { bindNetwork, bytesToHex, concatBytes, decode, decodeFrame, encode, hexToBytes, isDinemicError } from '../packages/core/dist/src/index.js'
import { nativeProvider } from '../packages/core/dist/src/keys/native.js'

const { values } = parseArgs({ options: { frames: { type: 'string', default: '10000000' }, seed: { type: 'string', default: '1' } } })
const FRAMES = Number(values.frames)
/** Of one frame, in ms of processor time: the largest takes far less; garbage collection is allowed for. */
const SLOW = 250
/** Heads of CBOR items that begin, nest or count. */
const INTERESTING = [0x00, 0x17, 0x18, 0x1b, 0x20, 0x3b, 0x40, 0x5b, 0x5f, 0x60, 0x7b, 0x80, 0x81, 0x9b, 0x9f, 0xa0, 0xa1, 0xbb, 0xc2, 0xd9, 0xf4, 0xf6, 0xf7, 0xf9, 0xfb, 0xff]
const CODEC = { maxDepth: 20, sealed: 4 }

const { network, vectors } = JSON.parse(readFileSync(new URL('../packages/core/test/fixtures/updates.json', import.meta.url), 'utf8'))
const binding = bindNetwork(nativeProvider, network)
const seeds = vectors.map(({ signature, body }) => concatBytes(hexToBytes(signature), hexToBytes(body)))
const random = mulberry32(Number(values.seed))
const below = n => Math.floor(random() * n)

let accepted = 0
let slowest = 0
for (let i = 0; i < FRAMES; i++) {
  const frame = mutate(seeds[below(seeds.length)])
  const start = process.cpuUsage()
  const fault = read(frame)
  const { user, system } = process.cpuUsage(start)
  const took = (user + system) / 1000
  slowest = Math.max(slowest, took)
  if (fault !== undefined || took > SLOW) {
    console.error(`frame ${i}: ${fault ?? `took ${took.toFixed(0)} ms`}\n${bytesToHex(frame)}`)
    process.exit(1)
  }
  if (i % 1_000_000 === 999_999) console.log(`${i + 1} frames, ${accepted} accepted`)
}
console.log(`${FRAMES} frames with seed ${values.seed}: ${accepted} accepted, slowest ${slowest.toFixed(1)} ms, ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB; no fault`)

function read (frame) {
  try {
    decodeFrame(binding, frame)
    accepted++
  } catch (error) {
    return isDinemicError(error) && /^CORE_BAD_(ENCODING|UPDATE|ID)$/.test(error.code) ? undefined : `threw ${error.stack}`
  }
  const body = frame.subarray(64)
  return bytesToHex(encode(decode(body, { ...CODEC, sealed: 'any' }), CODEC)) === bytesToHex(body) ? undefined : 'does not encode to itself'
}

/** One to four small changes, most of them in the body. */
function mutate (seed) {
  let frame = seed.slice()
  for (let changes = 1 + below(4); changes > 0; changes--) {
    const at = random() < 0.05 ? below(frame.length) : 64 + below(Math.max(1, frame.length - 64))
    switch (below(7)) {
      case 0: frame[at] ^= 1 << below(8); break
      case 1: frame[at] = below(256); break
      case 2: frame[at] = INTERESTING[below(INTERESTING.length)]; break
      case 3: frame = frame.slice(0, at); break
      case 4: frame = concatBytes(frame.subarray(0, at), frame.subarray(Math.min(frame.length, at + 1 + below(8)))); break
      case 5: frame = concatBytes(frame.subarray(0, at), randomBytes(1 + below(8)), frame.subarray(at)); break
      default: {
        const other = seeds[below(seeds.length)]
        const from = 64 + below(other.length - 64)
        frame = concatBytes(frame.subarray(0, at), other.subarray(from, from + below(64)), frame.subarray(at))
      }
    }
  }
  return frame
}

function randomBytes (length) {
  return Uint8Array.from({ length }, () => below(256))
}

/** mulberry32 (T. Ettinger, 2017): small, seeded, good enough to choose mutations. */
function mulberry32 (seed) {
  let state = seed | 0
  return () => {
    state = state + 0x6d2b79f5 | 0
    let mixed = Math.imul(state ^ state >>> 15, 1 | state)
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32
  }
}
