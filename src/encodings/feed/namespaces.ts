// The namespaces in force while a document is read from its beginning to its end. Knows nothing of elements.

/** What one element declares. */
export type Declarations = readonly (readonly [prefix: string, space: string])[]

const NONE: Declarations = []
/** security: items call what stands in a namespace by its last prefix, which a feed needs to write only once. */
const MAX_PREFIX_LENGTH = 1000

/** security: a declaration costs one step, however many are in force; copying them for each element would be quadratic. */
export class Namespaces {
  /** Values of a prefix, and prefixes of a namespace: the last one counts. */
  readonly #spaces = new Map<string, string[]>()
  readonly #prefixes = new Map<string, string[]>()
  /** Namespaces as they were declared, and without the blanks around them. perf: a long one that each element is in is cut once. */
  readonly #trimmed = new Map<string, string>()

  /** An element with these attributes begins. What is given back ends with it. */
  open(attributes: readonly (readonly [name: string, value: string])[]): Declarations {
    let declared: (readonly [string, string])[] | null = null
    for (const [name, space] of attributes) {
      if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue
      const prefix = name.slice('xmlns:'.length)
      if (prefix.length > MAX_PREFIX_LENGTH) continue
      declared ??= []
      declared.push([prefix, space])
      push(this.#spaces, prefix, space)
      push(this.#prefixes, this.#trim(space), prefix.toLowerCase())
    }
    return declared ?? NONE
  }

  close(declared: Declarations): void {
    for (const [prefix, space] of declared) {
      this.#spaces.get(prefix)?.pop()
      this.#prefixes.get(this.#trim(space))?.pop()
    }
  }

  spaceOf(prefix: string): string | undefined {
    return this.#spaces.get(prefix)?.at(-1)
  }

  /** In lower case; the one that was declared last. */
  prefixOf(space: string): string | undefined {
    return this.#prefixes.get(this.#trim(space))?.at(-1)
  }

  #trim(space: string): string {
    let trimmed = this.#trimmed.get(space)
    if (trimmed === undefined) this.#trimmed.set(space, (trimmed = space.trim()))
    return trimmed
  }
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
