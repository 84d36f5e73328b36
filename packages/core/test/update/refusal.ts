/** What a call throws; an error of its own if it doesn't throw. */
export function refusal (call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return new Error('nothing was thrown')
}
