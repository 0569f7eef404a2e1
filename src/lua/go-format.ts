// `string.format`: Go's fmt.Sprintf over Lua values, which is what gopher-lua has.

import { printf } from '../go/format.ts'
import { bytesOfText, textOfBytes } from '../go/text.ts'
import { LUA_PRINTER } from './go-verbs.ts'
import type { Value } from './value.ts'

/** Formats; arguments beyond the number of verbs are dropped. `spend` hears of each piece how long the result is with it, and may throw. */
export function sprintf(format: string, args: readonly Value[], spend: (size: number) => void): string {
  // compat: of a percent sign that is written one is counted as a verb.
  const verbs = countOf(format, '%') - countOf(format, '%%')
  let out = ''
  function write(piece: string): void {
    // security: widths are the script's; what they make is bounded before it is put together.
    spend(out.length + piece.length)
    out += bytesOfText(piece)
  }
  printf(textOfBytes(format), args.slice(0, Math.max(0, verbs)), LUA_PRINTER, write)
  return out
}

function countOf(text: string, part: string): number {
  let count = 0
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++
  return count
}
