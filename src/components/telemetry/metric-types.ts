// What a metric is: an instrument that code knows, and the attributes that tell its series apart.

/** Sorted by key, each key once. */
export type Attributes = readonly (readonly [key: string, value: AttributeValue])[]
export type AttributeValue = string | number | boolean

export interface Instrument {
  /** `http.server.duration`. */
  readonly name: string
  readonly description: string
  /** Of UCUM (`s`, `By`); empty for none. */
  readonly unit: string
  /** Upper bounds of a histogram's buckets, ascending; null for a counter. */
  readonly bounds: readonly number[] | null
}

/** One series as it stands now: a counter's value alone, or a histogram's buckets (not cumulative), the last without bound, and its sum. */
export interface Series {
  readonly instrument: Instrument
  readonly attributes: Attributes
  readonly values: readonly number[]
}

/** Numbers that an instrument's series has. */
export function widthOf({ bounds }: Instrument): number {
  return bounds === null ? 1 : bounds.length + 2
}

/** Sorts, drops empty keys, and keeps the last of those with one key. */
export function attributesOf(pairs: Iterable<readonly [string, AttributeValue]>): Attributes {
  const byKey = new Map<string, AttributeValue>()
  for (const [key, value] of pairs) if (key !== '') byKey.set(key, value)
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1))
}

const MAX_TEXT = 512

/** As much of a text as a series is told apart by. security: a piece of a text (`slice`) keeps the whole of it in memory, so a copy is taken. */
export function boundedText(text: string): string {
  return text.length > MAX_TEXT ? Buffer.from(text.slice(0, MAX_TEXT)).toString() : text
}
