// `string.format`: Go's fmt.Sprintf over Lua values, which is what gopher-lua has.

import { printf } from '../go/format.ts'
import { bytesOfText, textOfBytes } from '../go/text.ts'
import { LuaStop } from './errors.ts'
import { LUA_PRINTER } from './go-verbs.ts'
import type { Value } from './value.ts'

/** Formats; arguments beyond the number of verbs are dropped. `limit`: longest result, bytes. */
export function sprintf(format: string, args: readonly Value[], limit: number): string {
  const verbs = format.split('%').length - 1 - (format.split('%%').length - 1)
  let out = ''
  function write(piece: string): void {
    // security: widths are the script's; what they make is bounded before it is put together.
    if (out.length + piece.length > limit) throw new LuaStop('memory', 'the script made a longer string than it may')
    out += bytesOfText(piece)
  }
  printf(textOfBytes(format), args.slice(0, Math.max(0, verbs)), LUA_PRINTER, write)
  if (out.length > limit) throw new LuaStop('memory', 'the script made a longer string than it may')
  return out
}
