/** What the acceptance suites need of jest, or of anything that speaks like it: handed in, so that nobody has to install a test runner. */
export interface TestTools {
  readonly test: (name: string, run: () => Promise<void>) => void
  readonly expect: (actual: unknown) => Matchers
}

export interface Matchers {
  toBe (expected: unknown): void
  toEqual (expected: unknown): void
  toBeUndefined (): void
  readonly rejects: { toMatchObject (expected: object): Promise<void> }
}
