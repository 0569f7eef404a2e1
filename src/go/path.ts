// Go's path package: texts with slashes. On the systems the gateway runs on, path/filepath does the same.

/** The shortest text with the same meaning: no `.`, no `..` that something stands before, no double slashes. */
export function cleanPath(path: string): string {
  if (path === '') return '.'
  const isRooted = path.startsWith('/')
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (!isRooted) parts.push('..')
  }
  const text = parts.join('/')
  if (isRooted) return `/${text}`
  return text === '' ? '.' : text
}

export function baseName(path: string): string {
  if (path === '') return '.'
  // not a pattern for slashes at the end, which looks at every run of them again from each of its slashes
  let end = path.length
  while (path[end - 1] === '/') end--
  return end === 0 ? '/' : path.slice(path.lastIndexOf('/', end - 1) + 1, end)
}

export function directoryOf(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf('/') + 1))
}

/** `.txt`, empty when there is none; `.env` of `.env`. */
export function extensionOf(path: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1)
  const dot = base.lastIndexOf('.')
  return dot < 0 ? '' : base.slice(dot)
}

/** `filepath.Join`: empty parts do not count. */
export function joinPath(...parts: string[]): string {
  const filled = parts.filter((part) => part !== '')
  return filled.length === 0 ? '' : cleanPath(filled.join('/'))
}
