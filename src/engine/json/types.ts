// JSON values that lose nothing.

/** A number whose text a double would not give back: `12345678901234567890`, `1.0`, `1e3`, `-0`. */
export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type JsonValue = null | boolean | number | string | JsonNumber | JsonValue[] | JsonObject

/** `__proto__` and the like are ordinary own keys: write with `setKey`. */
export interface JsonObject {
  [key: string]: JsonValue
}
