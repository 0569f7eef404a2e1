// JSON.parse for what others have written: no deeper than Go's decoder reads. Knows nothing of what the value is for.

import { parseJsonText } from './parse.ts'
import { MAX_DEPTH } from './scan.ts'

/** An opening and a closing bracket for each level. */
const MIN_DEEP_LENGTH = 2 * MAX_DEPTH

/** The value as JSON.parse gives it. Throws a SyntaxError, also for what is nested more than 10,000 levels deep. */
export function parseBounded(text: string): unknown {
  // security: before anything is made of it; a level costs two characters of the sender and fifty bytes here
  if (text.length > MIN_DEEP_LENGTH && isTooDeep(text)) throw new SyntaxError('exceeded max depth')
  return parseJsonText(text)
}

/** Whether some place of JSON text is deeper than that. Of other text it says no more than that JSON.parse will not go deeper. */
function isTooDeep(text: string): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x22) i = endOfString(text, i)
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > MAX_DEPTH) return true
    } else if (c === 0x7d || c === 0x5d) depth--
  }
  return false
}

/** The offset of the closing quote of the string that begins at `start`, or the end. */
function endOfString(text: string, start: number): number {
  let i = start + 1
  while (i < text.length) {
    const c = text.charCodeAt(i)
    if (c === 0x22) return i
    i += c === 0x5c ? 2 : 1
  }
  return i
}
