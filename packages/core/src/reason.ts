import { utf8 } from './bytes.js'

const LONGEST = 2000

/**
 * What was thrown, in words that can be sent on: well-formed, and not without end. Whatever a hook throws must come out as
 * text: an object that can't be made a string, or an error whose message throws when it is read, would otherwise stop the
 * update that it was to refuse.
 */
export function reasonOf (thrown: unknown): string {
  try {
    const text = String(thrown instanceof Error ? thrown.message : thrown)
    return new TextDecoder().decode(utf8(text.slice(0, LONGEST)))
  } catch {
    return 'what was thrown can\'t be put into words'
  }
}
