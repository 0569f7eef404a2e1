// `string.format`: Go's fmt.Sprintf over Lua values, which is what gopher-lua has. Reads the format; go-verbs.ts writes the values.

import { LuaStop } from './errors.ts'
import { missing, writeVerb } from './go-verbs.ts'
import type { Value } from './value.ts'

/** Flags, width and precision of a verb; -1: absent. */
export interface Spec {
  isSharp: boolean
  isZero: boolean
  isPlus: boolean
  isMinus: boolean
  isSpace: boolean
  width: number
  precision: number
}

/** Go gives up on larger widths and precisions. */
const MAX_NUMBER = 1_000_000
const FLAGS: Readonly<Record<string, keyof Spec>> = { '#': 'isSharp', '0': 'isZero', '+': 'isPlus', '-': 'isMinus', ' ': 'isSpace' }

class Formatter {
  private readonly format: string
  private readonly args: readonly Value[]
  private readonly limit: number
  private out = ''
  private at = 0
  private argument = 0
  private isGoodNumber = true
  private isReordered = false
  private isAfterIndex = false

  constructor(format: string, args: readonly Value[], limit: number) {
    this.format = format
    this.args = args
    this.limit = limit
  }

  run(): string {
    const { format } = this
    while (this.at < format.length) {
      const percent = format.indexOf('%', this.at)
      const end = percent < 0 ? format.length : percent
      this.write(format.slice(this.at, end))
      this.at = end
      if (percent < 0) break
      this.at++
      if (!this.verb()) break
    }
    if (!this.isReordered && this.argument < this.args.length) this.extra()
    return this.out
  }

  private write(text: string): void {
    // security: widths are the script's; what they make is bounded before it is made.
    if (this.out.length + text.length > this.limit) throw new LuaStop('memory', 'the script made a longer string than it may')
    this.out += text
  }

  private flags(): Spec {
    const spec = { isSharp: false, isZero: false, isPlus: false, isMinus: false, isSpace: false, width: -1, precision: -1 }
    for (; this.at < this.format.length; this.at++) {
      const flag = FLAGS[this.format[this.at] as string]
      if (flag === undefined) break
      Object.assign(spec, { [flag]: true })
    }
    if (spec.isMinus) spec.isZero = false
    return spec
  }

  /** One verb, after the percent sign; false at the end of the format. */
  private verb(): boolean {
    const { format } = this
    const spec = this.flags()
    this.isGoodNumber = true
    this.isAfterIndex = false
    this.index()
    spec.width = this.number('(BADWIDTH)')
    if (this.isAfterIndex && spec.width >= 0) this.isGoodNumber = false
    if (format[this.at] === '.') {
      this.at++
      if (this.isAfterIndex) this.isGoodNumber = false
      this.index()
      spec.precision = Math.max(0, this.number('(BADPREC)'))
    }
    if (!this.isAfterIndex) this.index()
    if (this.at >= format.length) {
      this.write('%!(NOVERB)')
      return false
    }
    const verb = String.fromCodePoint(this.rune())
    if (verb === '%') this.write('%')
    else if (!this.isGoodNumber) this.write(`%!${verb}(BADINDEX)`)
    else if (this.argument >= this.args.length) this.write(missing(verb))
    else this.write(writeVerb(verb, spec, this.args[this.argument++]))
    return true
  }

  /** The verb: one character of UTF-8. */
  private rune(): number {
    const lead = this.format.charCodeAt(this.at)
    const length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    const bytes = this.format.slice(this.at, this.at + length)
    this.at += length
    return lead < 0x80 ? lead : (Buffer.from(bytes, 'latin1').toString('utf8').codePointAt(0) ?? 0xfffd)
  }

  /** `[n]`: which argument comes next. */
  private index(): void {
    this.isAfterIndex = false
    if (this.format[this.at] !== '[') return
    this.isReordered = true
    const found = /^\[(\d+)\]/.exec(this.format.slice(this.at, this.at + 16))
    const number = found === null ? 0 : Number(found[1])
    const close = this.format.indexOf(']', this.at)
    if (found !== null && number >= 1 && number <= this.args.length) {
      this.argument = number - 1
      this.isAfterIndex = true
    } else this.isGoodNumber = false
    this.at = close < 0 ? this.at + 1 : close + 1
  }

  /** A width or precision; `*` takes an argument, but no Lua number is a Go int. -1: none. */
  private number(bad: string): number {
    const { format } = this
    if (format[this.at] === '*') {
      this.at++
      this.argument++
      this.isAfterIndex = false
      this.write(`%!${bad}`)
      return -1
    }
    const start = this.at
    while (/\d/.test(format[this.at] ?? '')) this.at++
    if (this.at === start) return -1
    const number = Number(format.slice(start, this.at))
    return number > MAX_NUMBER ? -1 : number
  }

  private extra(): void {
    const spec = { isSharp: false, isZero: false, isPlus: false, isMinus: false, isSpace: false, width: -1, precision: -1 }
    const rest = this.args.slice(this.argument).map((value) => `${writeVerb('T', spec, value)}=${writeVerb('v', spec, value)}`)
    this.write(`%!(EXTRA ${rest.join(', ')})`)
  }
}

/** Formats; arguments beyond the number of verbs are dropped. `limit`: longest result, bytes. */
export function sprintf(format: string, args: readonly Value[], limit: number): string {
  const verbs = format.split('%').length - 1 - (format.split('%%').length - 1)
  return new Formatter(format, args.slice(0, Math.max(0, verbs)), limit).run()
}
