/**
 * The programs in a page of Markdown. All blocks ```ts of a page, in their order, are one program, together with what
 * stands in comments `<!-- ts … -->`: set-up and checks that a reader needn't see. `<!-- new program -->` begins another.
 * A block below `<!-- not run: reason -->` is left out.
 *
 * Each line of a program stands at its line of the page, so that what a compiler says of one is true of the other.
 */
export interface Page { readonly programs: readonly string[], readonly notRun: readonly string[] }

const OPEN = /^(?:```ts|<!-- ts)$/
const CLOSE = /^(?:```|-->)$/
const NEW_PROGRAM = '<!-- new program -->'
const NOT_RUN = /^<!-- not run: (.+) -->$/

export function programsOf (markdown: string): Page {
  const lines = markdown.split('\n')
  const programs = [blank(lines)]
  const notRun: string[] = []
  let within: 'text' | 'program' | 'left out' = 'text'
  let leaveOut = false
  for (const [i, line] of lines.entries()) {
    if (within !== 'text' && CLOSE.test(line)) within = 'text'
    else if (within === 'program') programs.at(-1)![i] = line
    else if (within === 'text' && line === NEW_PROGRAM) programs.push(blank(lines))
    else if (within === 'text' && OPEN.test(line)) {
      within = leaveOut ? 'left out' : 'program'
      leaveOut = false
    } else if (within === 'text' && NOT_RUN.test(line)) {
      notRun.push(NOT_RUN.exec(line)![1]!)
      leaveOut = true
    }
  }
  return { programs: programs.filter(program => program.some(line => line !== '')).map(program => program.join('\n')), notRun }
}

function blank (lines: readonly string[]): string[] {
  return lines.map(() => '')
}
