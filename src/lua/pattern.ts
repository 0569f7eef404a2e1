// Lua patterns: text → nodes. gopher-lua's dialect: no %f, sets and magic characters read as it reads them. Pure.

/** Which bytes a class takes: 256 entries of 0 or 1. */
export type ByteSet = Uint8Array

export type Node =
  | { readonly kind: 'one'; readonly set: ByteSet }
  | { readonly kind: 'repeat'; readonly set: ByteSet; readonly how: '*' | '+' | '-' | '?' }
  | { readonly kind: 'open' | 'close' | 'position'; readonly capture: number }
  | { readonly kind: 'brace'; readonly from: number; readonly to: number }
  | { readonly kind: 'back'; readonly capture: number }

export interface Pattern {
  readonly nodes: readonly Node[]
  readonly isAnchoredAtStart: boolean
  readonly isAnchoredAtEnd: boolean
  readonly captures: number
}

/** A pattern that is none. `message` is gopher-lua's. */
export class PatternError extends Error {
  constructor(reason: string, at: number) {
    super(at < 0 ? `${reason} at EOS` : `${reason} at ${at}`)
    this.name = 'PatternError'
  }
}

const END = -1
const MAX_NESTING = 200
/** security: the nodes of a pattern take many times its length. */
const MAX_LENGTH = 65_536

function makeSet(test: (byte: number) => boolean): ByteSet {
  return Uint8Array.from({ length: 256 }, (_, byte) => (test(byte) ? 1 : 0))
}

const isUpper = (byte: number): boolean => byte >= 65 && byte <= 90
const isLower = (byte: number): boolean => byte >= 97 && byte <= 122
const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57
const isLetter = (byte: number): boolean => isUpper(byte) || isLower(byte)
const isGraphic = (byte: number): boolean => byte > 32 && byte < 127

const CLASSES: Readonly<Record<string, ByteSet>> = {
  a: makeSet(isLetter),
  c: makeSet((byte) => byte < 32 || byte === 127),
  d: makeSet(isDigit),
  l: makeSet(isLower),
  p: makeSet((byte) => isGraphic(byte) && !isLetter(byte) && !isDigit(byte)),
  s: makeSet((byte) => byte === 32 || (byte >= 9 && byte <= 13)),
  u: makeSet(isUpper),
  w: makeSet((byte) => isLetter(byte) || isDigit(byte)),
  x: makeSet((byte) => isDigit(byte) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102)),
  z: makeSet((byte) => byte === 0),
}
const ANY = makeSet(() => true)
const NONE = makeSet(() => false)

const SINGLES = Array.from({ length: 256 }, (_, byte) => makeSet((other) => other === byte))

function single(byte: number): ByteSet {
  return SINGLES[byte] as ByteSet
}

/** What stands behind `%`: `%a`, `%A`, `%.` … */
const ESCAPED = Array.from({ length: 256 }, (_, byte) => {
  // compat: an upper-case letter without a class takes everything but itself, as in gopher-lua.
  const set = CLASSES[String.fromCharCode(byte).toLowerCase()] ?? single(byte)
  return isUpper(byte) ? makeSet((other) => set[other] === 0) : set
})

/** After the end of the pattern it takes nothing. */
function escaped(byte: number): ByteSet {
  return ESCAPED[byte] ?? NONE
}

/** A member of a set: a class, or one byte. */
interface Member {
  readonly set: ByteSet
  readonly byte: number | null
}

function union(members: readonly Member[], isNot: boolean): ByteSet {
  const taken = new Uint8Array(256)
  for (const { set, byte } of members) {
    if (byte === null) for (let i = 0; i < 256; i++) taken[i] = (taken[i] as number) | (set[i] as number)
    else taken[byte] = 1
  }
  return isNot ? taken.map((bit) => 1 - bit) : taken
}

class PatternParser {
  private readonly text: string
  private at = 0
  private readonly nodes: Node[] = []
  private captures = 0

  constructor(text: string) {
    this.text = text
  }

  parse(): Pattern {
    const isAnchoredAtStart = this.peek() === 94
    if (isAnchoredAtStart) this.at++
    const isAnchoredAtEnd = this.sequence(0)
    return { nodes: this.nodes, isAnchoredAtStart, isAnchoredAtEnd, captures: this.captures }
  }

  private peek(): number {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : END
  }

  private read(): number {
    const byte = this.peek()
    this.at++
    return byte
  }

  private fail(reason: string): never {
    throw new PatternError(reason, this.at > this.text.length || this.text === '' ? END : Math.max(this.at - 1, 0))
  }

  /** Reads up to the end or the parenthesis that closes a capture; says whether `$` ended the pattern. */
  private sequence(depth: number): boolean {
    if (depth > MAX_NESTING) this.fail('pattern too complex')
    let isAnchoredAtEnd = false
    for (;;) {
      const byte = this.peek()
      switch (byte) {
        case END:
          this.at++
          return isAnchoredAtEnd
        case 37:
          this.percent()
          break
        case 46:
          this.at++
          this.nodes.push({ kind: 'one', set: ANY })
          break
        case 91:
          this.at++
          this.nodes.push({ kind: 'one', set: this.set() })
          break
        case 41:
          if (depth === 0) this.fail("invalid ')'")
          return isAnchoredAtEnd
        case 40:
          this.at++
          this.capture(depth)
          break
        case 42:
        case 43:
        case 45:
        case 63:
          this.at++
          this.repeat(byte)
          break
        case 36:
          if (depth === 0 && this.at >= this.text.length - 1) isAnchoredAtEnd = true
          else this.nodes.push({ kind: 'one', set: single(byte) })
          this.at++
          break
        default:
          this.at++
          this.nodes.push({ kind: 'one', set: single(byte) })
      }
    }
  }

  private percent(): void {
    this.at++
    const byte = this.peek()
    if (byte === 48) this.fail('invalid capture index')
    if (byte > 48 && byte <= 57) {
      this.at++
      this.nodes.push({ kind: 'back', capture: byte - 48 })
    } else if (byte === 98) {
      this.at++
      this.nodes.push({ kind: 'brace', from: this.read(), to: this.read() })
    } else {
      this.at++
      this.nodes.push({ kind: 'one', set: escaped(byte) })
    }
  }

  private capture(depth: number): void {
    const capture = this.captures++
    if (this.peek() === 41) {
      this.at++
      this.nodes.push({ kind: 'position', capture })
      return
    }
    this.nodes.push({ kind: 'open', capture })
    this.sequence(depth + 1)
    if (this.peek() !== 41) {
      this.at = this.text.length + 1
      this.fail('unfinished capture')
    }
    this.at++
    this.nodes.push({ kind: 'close', capture })
  }

  private repeat(byte: number): void {
    const last = this.nodes.at(-1)
    const how = String.fromCharCode(byte) as '*' | '+' | '-' | '?'
    if (last?.kind === 'one') this.nodes[this.nodes.length - 1] = { kind: 'repeat', set: last.set, how }
    else this.nodes.push({ kind: 'one', set: single(byte) })
  }

  /** After `[`. */
  private set(): ByteSet {
    const isNot = this.peek() === 94
    if (isNot) this.at++
    const sets: Member[] = []
    let isRange = false
    for (;;) {
      const byte = this.peek()
      if (byte === END) this.fail('unexpected EOS')
      if (byte === 93 && sets.length > 0) {
        this.at++
        break
      }
      if (byte === 45 && sets.length > 0) {
        this.at++
        isRange = true
        continue
      }
      this.at++
      sets.push(byte === 37 ? { set: escaped(this.read()), byte: null } : { set: single(byte), byte })
      if (isRange) this.range(sets)
      isRange = false
    }
    if (isRange) sets.push({ set: single(45), byte: 45 })
    return union(sets, isNot)
  }

  /** The last two of the set become a range. compat: with a class at one end it takes nothing. */
  private range(sets: Member[]): void {
    const to = sets.pop()?.byte
    const from = sets.pop()?.byte
    const isPlain = from !== null && from !== undefined && to !== null && to !== undefined
    sets.push({ set: isPlain ? makeSet((byte) => byte >= from && byte <= to) : NONE, byte: null })
  }
}

/** perf: patterns are constants in nearly all scripts. Bounded in number and length. */
const CACHE = new Map<string, Pattern>()
const MAX_CACHED = 256
/** Longer ones are not remembered. */
export const MAX_CACHED_LENGTH = 128

/** @throws PatternError */
export function parsePattern(text: string): Pattern {
  const cached = CACHE.get(text)
  if (cached !== undefined) return cached
  if (text.length > MAX_LENGTH) throw new PatternError('pattern too complex', MAX_LENGTH)
  const pattern = new PatternParser(text).parse()
  if (text.length <= MAX_CACHED_LENGTH) {
    if (CACHE.size >= MAX_CACHED) CACHE.clear()
    CACHE.set(text, pattern)
  }
  return pattern
}
