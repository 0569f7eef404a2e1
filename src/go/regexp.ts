// Go's package regexp on RE2's syntax: time is linear in the text, whatever the pattern.

import { RE2JS, RE2JSException } from 're2js'
import { GoError } from './function.ts'
import { canBackquote, quote } from './quote.ts'

/** A match: start and end of the whole and of each group, -1 where a group did not take part. */
type Span = readonly (readonly [number, number])[]

/** In a replacement; names are of letters and digits of any language. */
const REFERENCE = /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu

export class GoRegexp {
  readonly #compiled: RE2JS
  readonly #source: string

  constructor(compiled: RE2JS, source: string) {
    this.#compiled = compiled
    this.#source = source
  }

  /** How many steps of a program it became: a match may take all of them for each character. */
  get programSize(): number {
    return this.#compiled.programSize()
  }

  /** Whether it matches anywhere. */
  matches(text: string): boolean {
    // perf: needs no groups, and so no matcher
    return this.#compiled.test(text)
  }

  /** Empty when there is none. */
  find(text: string): string {
    const span = this.#spanFrom(text, 0)
    return span?.[0] === undefined ? '' : text.slice(...span[0])
  }

  /** At most `limit` matches, all when it is negative. */
  findAll(text: string, limit: number): string[] {
    return this.#spans(text, limit).map(([start, end]) => text.slice(start, end))
  }

  split(text: string, limit: number): string[] | null {
    if (limit === 0) return null
    if (this.#source !== '' && text === '') return ['']
    const parts: string[] = []
    let begin = 0
    let end = 0
    for (const span of this.#spans(text, limit)) {
      if (limit > 0 && parts.length === limit - 1) break
      end = span[0]
      if (span[1] !== 0) parts.push(text.slice(begin, end))
      begin = span[1]
    }
    if (end !== text.length) parts.push(text.slice(begin))
    return parts
  }

  replaceAll(text: string, replacement: string): string {
    return this.#replace(text, (span) => this.#expand(replacement, text, span))
  }

  replaceAllLiteral(text: string, replacement: string): string {
    return this.#replace(text, () => replacement)
  }

  #spanFrom(text: string, from: number): Span | null {
    const matcher = this.#compiled.matcher(text)
    if (!matcher.find(from)) return null
    const groups = this.#compiled.groupCount()
    return Array.from({ length: groups + 1 }, (_, group) => [matcher.start(group), matcher.end(group)] as const)
  }

  #spans(text: string, limit: number): (readonly [number, number])[] {
    const spans: (readonly [number, number])[] = []
    let last = -1
    for (let at = 0; at <= text.length;) {
      if (spans.length === limit) break
      const span = this.#spanFrom(text, at)?.[0]
      if (span === undefined) break
      const [start, end] = span
      // an empty match right behind another does not count
      if (end !== at || start !== last) spans.push(span)
      at = end === at ? at + widthAt(text, at) : end
      last = end
    }
    return spans
  }

  #replace(text: string, replacementFor: (span: Span) => string): string {
    let result = ''
    let last = 0
    for (let at = 0; at <= text.length;) {
      const span = this.#spanFrom(text, at)
      const whole = span?.[0]
      if (span === null || whole === undefined) break
      const [start, end] = whole
      result += text.slice(last, start)
      if (end > last || start === 0) result += replacementFor(span)
      last = end
      at = Math.max(at + widthAt(text, at), end)
    }
    return result + text.slice(last)
  }

  /** `$1`, `${name}`, `$$`; a name is as long as it can be. */
  #expand(replacement: string, text: string, span: Span): string {
    return replacement.replaceAll(REFERENCE, (all, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare
      if (name === undefined) return '$'
      const index = /^\d+$/.test(name) ? Number(name) : (this.#compiled.namedGroups()[name] ?? -1)
      const group = span[index]
      return all === '' || group === undefined || group[0] < 0 ? '' : text.slice(...group)
    })
  }
}

function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}

/** Throws a GoError in the words of regexp.Compile. */
export function compileRegexp(source: string): GoRegexp {
  try {
    const compiled = RE2JS.compile(source)
    const invalid = source.search(/\p{Cs}/u)
    if (invalid >= 0) throw new GoError(`error parsing regexp: invalid UTF-8: \`${source.slice(invalid)}\``)
    return new GoRegexp(compiled, source)
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    // compat: Go shows the part even when it is empty
    throw new GoError(error.message.endsWith('`') ? error.message : `${error.message}: \`\``)
  }
}

/** Why regexp.Compile refuses it; null when it does not. */
export function explainRegexp(source: string): string | null {
  try {
    compileRegexp(source)
    return null
  } catch (error) {
    if (!(error instanceof GoError)) throw error
    return error.message
  }
}

/** Throws in the words of regexp.MustCompile. */
export function mustCompileRegexp(source: string): GoRegexp {
  try {
    return compileRegexp(source)
  } catch (error) {
    if (!(error instanceof GoError)) throw error
    const shown = canBackquote(source) ? `\`${source}\`` : quote(source)
    throw new GoError(`regexp: Compile(${shown}): ${error.message}`)
  }
}

export function quoteMeta(text: string): string {
  return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`)
}
