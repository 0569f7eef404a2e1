// XML as Go's encoding/xml reads it in its strict mode, error texts included. Knows nothing of what becomes of it.

import { decodeError } from '../engine/errors.ts'
import { quote } from '../go/quote.ts'

export interface XmlHandler {
  /** `attributes` are names and values in turns. */
  open(name: string, attributes: readonly string[]): void
  text(piece: string): void
  /** Whether reading ends here. */
  close(): boolean
}

/** What Go reads on as a name: whether it is one shows later. */
const NAME_RUN = /[A-Za-z0-9_:.\-\u0080-\uffff]*/y
const ASCII_NAME = /^[A-Za-z_:][A-Za-z0-9_:.-]*$/
const NAME_START = String.raw`:A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\u{10000}-\u{effff}`
const NAME = new RegExp(String.raw`^[${NAME_START}][${NAME_START}\-.0-9\xb7\u0300-\u036f\u203f\u2040]*$`, 'u')
const SPACES = /[ \r\n\t]*/y
const DECIMAL = /[0-9]*/y
const HEXADECIMAL = /[0-9a-fA-F]*/y
/** What Go's ranges leave out; half a pair does not come out of a decoder. */
const ILLEGAL = /[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]/
/** What a text is searched for before it is taken as it is. */
const UNUSUAL = /[&<\r\0-\x08\v\f\x0e-\x1f\ufffe\uffff]|\]\]>/
const MARKS = /[&<]|\]\]>/g
const CDATA = 'CDATA['

/** security: no others, whatever a DTD declares: nothing expands and nothing is fetched. */
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['apos', "'"],
  ['quot', '"'],
])

/** Reads until `close` says so. Throws for what is not well-formed, and where the text ends before. */
export function readXml(text: string, handler: XmlHandler): void {
  new Reader(text, handler).run()
}

class Reader {
  readonly #text: string
  readonly #handler: XmlHandler
  readonly #open: string[] = []
  /** What stands before it has been read. */
  #at = 0

  constructor(text: string, handler: XmlHandler) {
    this.#text = text
    this.#handler = handler
  }

  run(): void {
    let hasEnded = false
    while (!hasEnded) {
      if (this.#at >= this.#text.length) {
        if (this.#open.length === 0) throw decodeError('EOF')
        this.#fail('unexpected EOF')
      }
      if (this.#text[this.#at] === '<') hasEnded = this.#readMarkup()
      else this.#handler.text(this.#readText('<'))
    }
  }

  #readMarkup(): boolean {
    this.#at++
    switch (this.#peek()) {
      case '/':
        this.#at++
        return this.#readEnd()
      case '?':
        this.#at++
        this.#readInstruction()
        return false
      case '!':
        this.#at++
        this.#readDeclaration()
        return false
      default:
        return this.#readStart()
    }
  }

  #readStart(): boolean {
    const name = this.#readName('element name after <')
    const attributes: string[] = []
    for (;;) {
      this.#skip(SPACES)
      const mark = this.#peek()
      if (mark === '>' || mark === '/') break
      attributes.push(this.#readName('attribute name in element'))
      this.#skip(SPACES)
      if (this.#next() !== '=') this.#fail('attribute name without = in element')
      this.#skip(SPACES)
      const quotes = this.#next()
      if (quotes !== '"' && quotes !== "'") this.#fail('unquoted or missing attribute value in element')
      attributes.push(this.#readText(quotes))
    }
    const isEmpty = this.#next() === '/'
    if (isEmpty && this.#next() !== '>') this.#fail('expected /> in element')
    this.#handler.open(name, attributes)
    if (isEmpty) return this.#handler.close()
    this.#open.push(name)
    return false
  }

  #readEnd(): boolean {
    const name = this.#readName('element name after </')
    this.#skip(SPACES)
    if (this.#next() !== '>') this.#fail(`invalid characters between </${splitName(name).local} and >`)
    const opened = this.#open.pop()
    if (opened !== name) this.#failMatch(opened, name)
    return this.#handler.close()
  }

  #failMatch(opened: string | undefined, name: string): never {
    const { space, local } = splitName(name)
    if (opened === undefined) this.#fail(`unexpected end element </${local}>`)
    const own = splitName(opened)
    if (own.local !== local) this.#fail(`element <${own.local}> closed by </${local}>`)
    this.#fail(`element <${own.local}> in space ${own.space} closed by </${local}> in space ${space || '""'}`)
  }

  #readInstruction(): void {
    const target = this.#readRun()
    if (target === '') this.#fail('expected target name after <?')
    this.#skip(SPACES)
    const content = this.#readUntil('?>')
    if (target !== 'xml') return
    const [, , version = ''] = /version=(["'])(.*?)\1/s.exec(content) ?? []
    if (version === '' || version === '1.0') return
    throw decodeError(`xml.Decoder.Token() - xml: unsupported version ${quote(version)}; only version 1.0 is supported`)
  }

  /** What begins with `<!`. */
  #readDeclaration(): void {
    const mark = this.#next()
    if (mark === '-') this.#skipComment()
    else if (mark === '[') {
      for (const char of CDATA) if (this.#next() !== char) this.#fail('invalid <![ sequence')
      const piece = this.#readUntil(']]>', ' in CDATA section')
      this.#handler.text(this.#checked(unified(piece)))
    } else this.#skipDirective()
  }

  #skipComment(): void {
    if (this.#next() !== '-') this.#fail('invalid sequence <!- not part of <!--')
    this.#readUntil('--')
    if (this.#next() !== '>') this.#fail('invalid sequence "--" not allowed in comments')
  }

  /** With all that is nested in it. compat: its first character, which has been read, means nothing. */
  #skipDirective(): void {
    let depth = 0
    let quotes = ''
    let char = this.#next()
    while (quotes !== '' || char !== '>' || depth > 0) {
      if (quotes !== '') quotes = char === quotes ? '' : quotes
      else if (char === '"' || char === "'") quotes = char
      else if (char === '>') depth--
      else if (char === '<' && this.#text.startsWith('!--', this.#at)) {
        this.#at += 3
        this.#readUntil('-->')
      } else if (char === '<') depth++
      char = this.#next()
    }
  }

  /** Up to `<`, which stays, or to the quotes that end a value, which go. */
  #readText(stop: '<' | '"' | "'"): string {
    const start = this.#at
    const found = this.#text.indexOf(stop, start)
    const end = found === -1 ? this.#text.length : found
    const piece = this.#text.slice(start, end)
    const isPlain = !UNUSUAL.test(piece)
    const whole = isPlain ? piece : this.#expand(piece, stop)
    this.#at = stop === '<' || found === -1 ? end : end + 1
    return isPlain ? piece : this.#checked(whole)
  }

  /** Puts in what references stand for. */
  #expand(piece: string, stop: '<' | '"' | "'"): string {
    const pieces: string[] = []
    const start = this.#at
    let from = 0
    for (;;) {
      // security: in the piece alone, or a search behind each of many values would go on to the end of their element.
      MARKS.lastIndex = this.#at - start
      const mark = MARKS.exec(piece)
      if (mark === null) break
      this.#at = start + mark.index + mark[0].length
      if (mark[0] === '<') this.#fail('unescaped < inside quoted string')
      if (mark[0] === '&') {
        pieces.push(unified(piece.slice(from, mark.index)), this.#readReference())
        from = this.#at - start
      } else if (stop === '<') this.#fail('unescaped ]]> not in CDATA section')
    }
    pieces.push(unified(piece.slice(from)))
    return pieces.join('')
  }

  #readReference(): string {
    const start = this.#at
    let code = -1
    if (this.#peek() === '#') {
      this.#at++
      const isHex = this.#peek() === 'x'
      if (isHex) this.#at++
      const digits = this.#skip(isHex ? HEXADECIMAL : DECIMAL)
      code = digits === '' ? -1 : Number.parseInt(digits, isHex ? 16 : 10)
    } else this.#skip(NAME_RUN)
    const name = this.#text.slice(start, this.#at)
    if (this.#peek() !== ';') this.#fail(`invalid character entity &${name} (no semicolon)`)
    this.#at++
    const text = code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : ENTITIES.get(name)
    if (text === undefined) this.#fail(`invalid character entity &${name};`)
    return text
  }

  #checked(text: string): string {
    const [illegal] = ILLEGAL.exec(text) ?? []
    if (illegal === undefined) return text
    const code = illegal.charCodeAt(0).toString(16).toUpperCase()
    this.#fail(`illegal character code U+${code.padStart(4, '0')}`)
  }

  /** With its prefix. */
  #readName(what: string): string {
    const name = this.#readRun()
    if (name === '' || name.indexOf(':') !== name.lastIndexOf(':')) this.#fail(`expected ${what}`)
    return name
  }

  /** Empty where none begins. */
  #readRun(): string {
    const name = this.#skip(NAME_RUN)
    this.#peek()
    if (name !== '' && !ASCII_NAME.test(name) && !NAME.test(name)) this.#fail(`invalid XML name: ${name}`)
    return name
  }

  /** What stands before `end`, which goes as well. */
  #readUntil(end: string, where = ''): string {
    const found = this.#text.indexOf(end, this.#at)
    if (found === -1) this.#failAtEnd(where)
    const piece = this.#text.slice(this.#at, found)
    this.#at = found + end.length
    return piece
  }

  /** What the sticky pattern takes. */
  #skip(pattern: RegExp): string {
    const start = this.#at
    pattern.lastIndex = start
    // perf: not exec, which makes an array
    if (pattern.test(this.#text)) this.#at = pattern.lastIndex
    return this.#text.slice(start, this.#at)
  }

  #next(): string {
    const char = this.#peek()
    this.#at++
    return char
  }

  #peek(): string {
    return this.#text[this.#at] ?? this.#failAtEnd()
  }

  #failAtEnd(where = ''): never {
    this.#at = this.#text.length
    this.#fail(`unexpected EOF${where}`)
  }

  #fail(message: string): never {
    const line = this.#text.slice(0, this.#at).split('\n').length
    throw decodeError(`xml.Decoder.Token() - XML syntax error on line ${line}: ${message}`)
  }
}

function unified(text: string): string {
  return text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text
}

/** A colon at an end is a part of the name. */
export function splitName(name: string): { space: string; local: string } {
  const colon = name.indexOf(':')
  return colon > 0 && colon < name.length - 1 ? { space: name.slice(0, colon), local: name.slice(colon + 1) } : { space: '', local: name }
}
