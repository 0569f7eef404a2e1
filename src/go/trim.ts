// Go's strings.Trim for texts of strangers. Knows nothing of where they come from.

/**
 * Without the characters of `cutset` at both ends.
 * security: a pattern such as `/ +$/` looks at every run of blanks inside of the text again from each of its blanks.
 */
export function trim(text: string, cutset: string): string {
  let start = 0
  let end = text.length
  while (start < end && isIn(cutset, text.charCodeAt(start))) start++
  while (end > start && isIn(cutset, text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

/** perf: `includes` would make a text of each character. */
function isIn(cutset: string, code: number): boolean {
  for (let i = 0; i < cutset.length; i++) if (cutset.charCodeAt(i) === code) return true
  return false
}
