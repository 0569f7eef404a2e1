// JSON values that lose nothing.

const rawJson = (JSON as unknown as { rawJSON(this: void, text: string): unknown }).rawJSON

/** A number whose text a double would not give back: `12345678901234567890`, `1.0`, `1e3`, `-0`. */
export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** `JSON.stringify` writes the text as it is. */
  toJSON(): unknown {
    return rawJson(this.text)
  }
}

/** A number of the gateway's own or of its file. Encodings that tell types apart write it as that type; those of backends are texts to them. */
export class TypedNumber extends JsonNumber {
  /** Go's type. */
  readonly type: 'int' | 'float64'

  constructor(value: number, type: 'int' | 'float64') {
    super(JSON.stringify(value))
    this.type = type
  }
}

export type JsonScalar = null | boolean | number | string | JsonNumber
export type JsonValue = JsonScalar | readonly JsonValue[] | JsonObject

/** `__proto__` and the like are ordinary own keys: write with `setKey`, read with `getKey`. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** Any object with names, which are all ordinary. */
export type PlainObject = Record<string, unknown>

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is a JSON object: not an array, not a number that keeps its text. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return isObject(value) && !(value instanceof JsonNumber)
}

export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** The value of an own key; nothing is inherited. */
export function getKey<T>(object: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** Sets an own key, whatever its name. */
export function setKey<T>(object: Record<string, T>, key: string, value: NoInfer<T>): void {
  // security: a plain assignment to `__proto__` would change what the object inherits
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  else object[key] = value
}
