// Flags, width and precision of one verb, and how single values are written with them: Go's fmt below its printer.

import { formatFloat, type FloatFormat } from './number.ts'
import { canBackquote, quote, quoteRune } from './quote.ts'
import { countRunes, encodeText } from './text.ts'
import { isPrint } from './unicode.ts'

export class Flags {
  plus = false
  minus = false
  sharp = false
  space = false
  zero = false
  /** `%+v` */
  plusV = false
  /** `%#v` */
  sharpV = false
  width: number | null = null
  precision: number | null = null
}

/** Fills a text up to the width. */
export function pad(text: string, flags: Flags, mayZero = true): string {
  if (flags.width === null) return text
  const missing = flags.width - countRunes(text)
  if (missing <= 0) return text
  if (flags.minus) return text + ' '.repeat(missing)
  return (flags.zero && mayZero ? '0' : ' ').repeat(missing) + text
}

export function formatBoolean(value: boolean, flags: Flags): string {
  return pad(String(value), flags)
}

/** `verb` decides the case of digits and prefixes. */
export function formatInteger(value: bigint, base: 2 | 8 | 10 | 16, verb: string, flags: Flags): string {
  const isNegative = value < 0n
  const size = isNegative ? -value : value
  let digits = 0
  if (flags.precision !== null) {
    if (flags.precision === 0 && size === 0n) return pad('', flags, false)
    digits = flags.precision
  } else if (flags.zero && !flags.minus && flags.width !== null) {
    digits = flags.width - (isNegative || flags.plus || flags.space ? 1 : 0)
  }
  let text = size.toString(base).padStart(digits, '0')
  if (verb === 'X') text = text.toUpperCase()
  if (flags.sharp) {
    if (base === 2) text = `0b${text}`
    else if (base === 8 && !text.startsWith('0')) text = `0${text}`
    else if (base === 16) text = (verb === 'X' ? '0X' : '0x') + text
  }
  if (verb === 'O') text = `0o${text}`
  if (isNegative) text = `-${text}`
  else if (flags.plus) text = `+${text}`
  else if (flags.space) text = ` ${text}`
  return pad(text, flags, false)
}

/** `U+0041`, with the flag `#` also the character. */
export function formatUnicode(value: bigint, flags: Flags): string {
  const code = BigInt.asUintN(64, value)
  let text = `U+${code
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(flags.precision ?? 4, 4), '0')}`
  if (flags.sharp && code <= 0x10ffffn) {
    const character = runeText(value)
    if (isPrint(character) && (code < 0xd800n || code > 0xdfffn)) text += ` '${character}'`
  }
  return pad(text, flags, false)
}

/** `%c` */
export function formatCharacter(value: bigint, flags: Flags): string {
  return pad(runeText(value), flags)
}

/** `%q` of a number. */
export function formatQuotedCharacter(value: bigint, flags: Flags): string {
  return pad(quoteRune(runeText(value).codePointAt(0) ?? 0, flags.plus), flags)
}

function runeText(value: bigint): string {
  const isRune = value >= 0n && value <= 0x10ffffn && !(value >= 0xd800n && value <= 0xdfffn)
  return String.fromCodePoint(isRune ? Number(value) : 0xfffd)
}

/** `%s` */
export function formatString(text: string, flags: Flags): string {
  return pad(truncate(text, flags), flags)
}

/** `%q` of a text. */
export function formatQuoted(text: string, flags: Flags): string {
  const cut = truncate(text, flags)
  return pad(flags.sharp && canBackquote(cut) ? `\`${cut}\`` : quote(cut, flags.plus), flags)
}

function truncate(text: string, { precision }: Flags): string {
  if (precision === null || text.length <= precision) return text
  return Array.from(text).slice(0, precision).join('')
}

/** `%x` and `%X` of a text. */
export function formatHexText(text: string, verb: string, flags: Flags): string {
  const all = encodeText(text)
  const bytes = flags.precision !== null && flags.precision < all.length ? all.subarray(0, flags.precision) : all
  if (bytes.length === 0) return pad('', flags)
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
  const prefix = flags.sharp ? '0x' : ''
  const plain = flags.space ? pairs.map((pair) => prefix + pair).join(' ') : prefix + pairs.join('')
  return pad(verb === 'X' ? plain.toUpperCase() : plain, flags)
}

/** A float with the format and precision of the verb, where the flags give no other. */
export function formatFloatWith(value: number, format: FloatFormat, precision: number, flags: Flags): string {
  const wanted = flags.precision ?? precision
  const text = formatFloat(value, format, wanted)
  const hasSign = text.startsWith('-') || text.startsWith('+')
  let sign = hasSign ? text.charAt(0) : '+'
  let digits = hasSign ? text.slice(1) : text
  if (flags.space && sign === '+' && !flags.plus) sign = ' '
  if (digits === 'Inf' || digits === 'NaN') {
    const isBare = digits === 'NaN' && !flags.space && !flags.plus
    return pad(isBare ? digits : sign + digits, flags, false)
  }
  if (flags.sharp && format !== 'b') digits = withPoint(digits, format, wanted)
  if (!flags.plus && sign === '+') return pad(digits, flags)
  if (flags.zero && !flags.minus && flags.width !== null && flags.width > digits.length + 1) {
    return sign + digits.padStart(flags.width - 1, '0')
  }
  return pad(sign + digits, flags)
}

/** `#`: a point always, and for `%g` all the digits of the precision. */
function withPoint(text: string, format: FloatFormat, precision: number): string {
  const isHex = format === 'x' || format === 'X'
  const [, number = '', tail = ''] = (isHex ? /^([^pP]*)(.*)$/ : /^([^eEpP]*)(.*)$/).exec(text) ?? []
  let wanted = 0
  if (format === 'g' || format === 'G' || format === 'x') wanted = precision === -1 ? 6 : precision
  // compat: the x of a hexadecimal counts as a digit, and all behind it
  const significant = isHex ? number.replace('.', '').length - 1 : number.replace('.', '').replace(/^0+/, '').length
  let missing = wanted - significant
  let point = ''
  if (!number.includes('.')) {
    if (number === '0') missing--
    point = '.'
  }
  return number + point + '0'.repeat(Math.max(missing, 0)) + tail
}
