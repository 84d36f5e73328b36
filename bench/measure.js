import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const RUNS = Number(process.env.BENCH_RUNS ?? 5)
export const SCALE = Number(process.env.BENCH_SCALE ?? 1)

/** Runs per second of `count` awaited calls. */
export async function rate (count, call) {
  const start = process.hrtime.bigint()
  for (let i = 0; i < count; i++) await call(i)
  return count / (Number(process.hrtime.bigint() - start) / 1e9)
}

export function summary (values) {
  const sorted = [...values].sort((a, b) => a - b)
  return { median: quantile(sorted, 0.5), min: sorted[0], max: sorted[sorted.length - 1] }
}

/** Of sorted values. */
export function quantile (sorted, q) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]
}

export function row (what, { median, min, max }, unit, digits = 0) {
  console.log(`${what.padEnd(46)} ${median.toFixed(digits).padStart(9)} ${unit}   (${min.toFixed(digits)} to ${max.toFixed(digits)})`)
}

export async function inFolder (task) {
  const folder = mkdtempSync(join(tmpdir(), 'dinemic-bench-'))
  try {
    return await task(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
