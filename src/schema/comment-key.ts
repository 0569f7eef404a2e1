// Keys that people write as comments. Knows no schema.

/**
 * `@comment`, `$schema`, `//`, `_note`, `#`: not worth a warning. `_gw/…` are the product's own namespaces, and `$ref` stands for a file with
 * KrakenD Enterprise: no comments.
 */
export function isCommentKey(key: string): boolean {
  return /^(?:[@#]|\$(?!ref$)|\/\/|_(?!gw\/))/.test(key)
}
