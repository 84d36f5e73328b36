/** What a command found, for people and for programs. */
export interface Outcome {
  readonly text: string
  /** Printed with --json. */
  readonly data: object
  /** Whether there is something that somebody should look at. */
  readonly isWell: boolean
}

export type Command = (args: readonly string[]) => Promise<Outcome>
