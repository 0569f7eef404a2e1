// Header fields in the order they came, names in canonical form (Content-Type). Knows nothing of sockets.

/** Token characters of RFC 9110; a name with anything else keeps its spelling, as in Go. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Fields that belong to one connection and are never passed on. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'Connection',
  'Http2-Settings',
  'Keep-Alive',
  'Proxy-Connection',
  'Te',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
])
const CACHE_LIMIT = 2000
const canonicalNames = new Map<string, string>()

/** The canonical form of a header name: `x-request-ID` → `X-Request-Id`. */
export function canonicalName(name: string): string {
  const known = canonicalNames.get(name)
  if (known !== undefined) return known
  const canonical = TOKEN.test(name)
    ? name.toLowerCase().replace(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => dash + letter.toUpperCase())
    : name
  // security: clients choose names, so the table must not grow with them.
  if (canonicalNames.size < CACHE_LIMIT) canonicalNames.set(name, canonical)
  return canonical
}

/**
 * A multimap of header fields. Every `name` argument is canonical already; `fromRaw` and `canonicalName` make it so.
 * Values hold one character per byte (latin1), as they are on the wire.
 */
export class HeaderMap {
  /** name, value, name, value … in order. Read it, never write it. */
  readonly fields: string[]

  constructor(fields: string[] = []) {
    this.fields = fields
  }

  /** From name, value, … pairs with names in any case. */
  static fromRaw(raw: readonly string[]): HeaderMap {
    const fields = new Array<string>(raw.length)
    for (let i = 0; i < raw.length; i += 2) {
      fields[i] = canonicalName(raw[i] as string)
      fields[i + 1] = raw[i + 1] as string
    }
    return new HeaderMap(fields)
  }

  /** The first value of a name. */
  get(name: string): string | undefined {
    const { fields } = this
    for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return fields[i + 1]
    return undefined
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  /** All values of a name, in order. */
  values(name: string): string[] {
    const found: string[] = []
    const { fields } = this
    for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) found.push(fields[i + 1] as string)
    return found
  }

  /** Replaces every value of a name by one. */
  set(name: string, value: string): void {
    const { fields } = this
    for (let i = 0; i < fields.length; i += 2) {
      if (fields[i] !== name) continue
      fields[i + 1] = value
      this.#removeFrom(i + 2, name)
      return
    }
    fields.push(name, value)
  }

  add(name: string, value: string): void {
    this.fields.push(name, value)
  }

  delete(name: string): void {
    this.#removeFrom(0, name)
  }

  /** Deletes every field whose name the test accepts. */
  deleteWhere(test: (name: string) => boolean): void {
    const { fields } = this
    let kept = 0
    for (let i = 0; i < fields.length; i += 2) {
      if (test(fields[i] as string)) continue
      fields[kept] = fields[i] as string
      fields[kept + 1] = fields[i + 1] as string
      kept += 2
    }
    fields.length = kept
  }

  /** Distinct names, in order of first appearance. */
  names(): string[] {
    const found = new Set<string>()
    for (let i = 0; i < this.fields.length; i += 2) found.add(this.fields[i] as string)
    return [...found]
  }

  copy(): HeaderMap {
    return new HeaderMap(this.fields.slice())
  }

  #removeFrom(start: number, name: string): void {
    const { fields } = this
    for (let i = start; i < fields.length; i += 2) {
      if (fields[i] !== name) continue
      fields.splice(i, 2)
      i -= 2
    }
  }
}
