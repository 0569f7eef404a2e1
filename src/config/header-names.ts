// Canonical header names, as Go writes them. Knows nothing else.

/** `x-forwarded-for` → `X-Forwarded-For`; a name with other than token characters stays as it is. */
export function canonicalHeaderName(name: string): string {
  if (!/^[\w!#$%&'*+\-.^`|~]+$/.test(name)) return name
  return name.toLowerCase().replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())
}
