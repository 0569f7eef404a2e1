// Finds its way through JSON bytes that have been validated. Knows nothing of errors.

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

/** The offset behind the value that begins at `start`. */
export function skimValue(b: Uint8Array, start: number): number {
  const c = b[start]
  if (c === QUOTE) return skimString(b, start)
  if (c !== 0x7b && c !== 0x5b) return skimScalar(b, start)
  let depth = 0
  let i = start
  for (;;) {
    const c = b[i]
    if (c === QUOTE) {
      i = skimString(b, i)
      continue
    }
    i++
    if (c === 0x7b || c === 0x5b) depth++
    else if ((c === 0x7d || c === 0x5d) && --depth === 0) return i
  }
}

/** The offset behind the string whose opening quote is at `start`. */
export function skimString(b: Uint8Array, start: number): number {
  let i = start + 1
  for (;;) {
    const c = b[i]
    if (c === QUOTE) return i + 1
    i += c === BACKSLASH ? 2 : 1
  }
}

/** The offset behind a number, `true`, `false` or `null` within an object or array. */
function skimScalar(b: Uint8Array, start: number): number {
  let i = start
  for (;;) {
    const c = b[i] as number
    if (c <= 0x20 || c === COMMA || c === 0x5d || c === 0x7d) return i
    i++
  }
}

/** The next offset at or after `start` that is not white space. */
export function skimSpace(b: Uint8Array, start: number): number {
  let i = start
  while ((b[i] as number) <= 0x20) i++
  return i
}

/** The offset of the value that belongs to a key which ends before `keyEnd`. */
export function skimColon(b: Uint8Array, keyEnd: number): number {
  return skimSpace(b, skimSpace(b, keyEnd) + 1)
}

/** The end of the value before `next`, which is the following key or the closing bracket. */
export function skimBack(b: Uint8Array, next: number): number {
  let i = next
  for (;;) {
    const c = b[i - 1] as number
    if (c > 0x20 && c !== COMMA) return i
    i--
  }
}

/** Where the keys of an object begin (their opening quotes). */
export function skimMembers(b: Uint8Array): number[] {
  const starts: number[] = []
  let i = skimSpace(b, 1)
  while (b[i] === QUOTE) {
    starts.push(i)
    i = skimSpace(b, skimValue(b, skimColon(b, skimString(b, i))))
    if (b[i] === COMMA) i = skimSpace(b, i + 1)
  }
  return starts
}
