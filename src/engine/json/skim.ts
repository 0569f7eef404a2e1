// Finds its way through JSON text that has been validated. Knows nothing of errors. Text is one character per byte.

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** The offset behind the value that begins at `start`. */
export function skimValue(text: string, start: number): number {
  const c = text.charCodeAt(start)
  if (c === QUOTE) return skimString(text, start)
  if (c !== 0x7b && c !== 0x5b) return skimScalar(text, start)
  let depth = 0
  let i = start
  for (;;) {
    const c = text.charCodeAt(i)
    if (c === QUOTE) {
      i = skimString(text, i)
      continue
    }
    i++
    if (c === 0x7b || c === 0x5b) depth++
    else if ((c === 0x7d || c === 0x5d) && --depth === 0) return i
  }
}

/** The offset behind the string whose opening quote is at `start`. */
export function skimString(text: string, start: number): number {
  let i = start + 1
  for (;;) {
    const c = text.charCodeAt(i)
    if (c === QUOTE) return i + 1
    i += c === BACKSLASH ? 2 : 1
  }
}

/** The offset behind a number, `true`, `false` or `null`. */
export function skimScalar(text: string, start: number): number {
  let i = start
  while (i < text.length) {
    const c = text.charCodeAt(i)
    if (c <= 0x20 || c === 0x2c || c === 0x5d || c === 0x7d) return i
    i++
  }
  return i
}

/** The next offset at or after `start` that is not white space. */
export function skimSpace(text: string, start: number): number {
  let i = start
  while (text.charCodeAt(i) <= 0x20) i++
  return i
}

/** The offset of the value that belongs to a key which ends before `keyEnd`. */
export function skimColon(text: string, keyEnd: number): number {
  return skimSpace(text, skimSpace(text, keyEnd) + 1)
}

/** Where the keys of the object at `start` begin (their opening quotes). */
export function skimMembers(text: string, start: number): number[] {
  const starts: number[] = []
  let i = skimSpace(text, start + 1)
  while (text.charCodeAt(i) === QUOTE) {
    starts.push(i)
    i = skimSpace(text, skimValue(text, skimColon(text, skimString(text, i))))
    if (text.charCodeAt(i) === 0x2c) i = skimSpace(text, i + 1)
  }
  return starts
}

/** The end of the value before `next`, which is the following key or the closing bracket. */
export function skimBack(text: string, next: number): number {
  let i = next
  for (;;) {
    const c = text.charCodeAt(i - 1)
    if (c > 0x20 && c !== 0x2c) return i
    i--
  }
}
