// JSON Schemas that refer to themselves without end: whoever compiles one, or checks a value against it, runs out of stack.

export const ENDLESS = 'refers to itself without end'

/** Whether a check comes to no end with a value of some type that has nothing inside: more of it would not help. */
export function isEndless(check: (value: unknown) => unknown): boolean {
  return ['', 0, true, null, [], {}].some((value) => {
    try {
      check(value)
      return false
    } catch (error) {
      if (error instanceof RangeError) return true
      throw error
    }
  })
}
