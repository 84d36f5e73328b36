/** `12 updates`, `1 update` */
export function counted (count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** `1.5 MB` */
export function bytes (count: number): string {
  const [unit, size] = count >= 1e9 ? ['GB', 1e9] : count >= 1e6 ? ['MB', 1e6] : count >= 1e3 ? ['kB', 1e3] : ['B', 1]
  return `${unit === 'B' ? count : (count / size).toFixed(1)} ${unit}`
}

/** Columns as wide as they have to be: the first to the left, numbers to the right. */
export function table (rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  return rows.map(row => row.map((cell, column) => column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)).join('  ').trimEnd()).join('\n')
}

/** The first of a list, each in a line, and how many more there are. */
export function firstOf (lines: readonly string[], limit = 5): string {
  const more = lines.length - limit
  return [...lines.slice(0, limit), ...more > 0 ? [`… and ${more.toLocaleString('en')} more: --json lists all`] : []].map(line => `    ${line}`).join('\n')
}
