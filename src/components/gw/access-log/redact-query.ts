// Takes the values of named parameters out of a query string, and leaves the rest byte for byte.

/** `token=abc&x=1` → `token=***&x=1`. Names count in any case, however they are encoded. */
export function compileRedaction(names: readonly string[]): (rawQuery: string) => string {
  const redacted = new Set(names.map((name) => name.toLowerCase()))
  return function redactQuery(rawQuery) {
    return rawQuery
      .split(/([&;])/)
      .map((pair) => {
        const mark = pair.indexOf('=')
        return mark >= 0 && redacted.has(decode(pair.slice(0, mark)).toLowerCase()) ? `${pair.slice(0, mark)}=***` : pair
      })
      .join('')
  }
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch {
    return name
  }
}
