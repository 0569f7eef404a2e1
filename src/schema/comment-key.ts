// Keys that people write as comments. Knows no schema.

/** `@comment`, `$schema`, `//`, `_note`, `#`: not worth a warning. `_gw/…` are the product's own namespaces, not comments. */
export function isCommentKey(key: string): boolean {
  return /^(?:[@$#]|\/\/|_(?!gw\/))/.test(key)
}
