// Flat formats: properties, INI and dotenv. Dotted keys make nesting, whole numbers as keys make lists. Knows no configuration.

import { parseJsonText } from '../../json/parse.ts'
import { type PlainObject, isObject, setKey } from '../../json/types.ts'
import { FormatError } from './format-error.ts'

/** Java properties: `a.b = c`, `a.b: c`, `#` and `!` comments, `\` joins lines. */
export function parseProperties(text: string): PlainObject {
  const root: PlainObject = {}
  const joined = text.replaceAll(/\r\n?/g, '\n').replaceAll(/(?<!\\)((?:\\\\)*)\\\n[ \t]*/g, '$1')
  for (const line of joined.split('\n')) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('!')) continue
    const [, key = '', value = ''] = /^((?:\\.|[^\s:=\\])*)\s*[=:]?\s*(.*)$/s.exec(trimmed)!
    setPath(root, unescapeProperty(key).split('.'), readScalar(unescapeProperty(value)))
  }
  return makeLists(root) as PlainObject
}

const propertyEscapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

function unescapeProperty(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code: string | undefined, character: string) =>
    code === undefined ? (propertyEscapes[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  )
}

/** INI: `[section]` and `[section.inner]` make nesting, keys before the first section stand at the root. */
export function parseIni(text: string): PlainObject {
  const root: PlainObject = {}
  let section: string[] = []
  for (const [index, line] of text.split(/\r\n?|\n/).entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue
    const header = /^\[([^\]]*)\]$/.exec(trimmed)?.[1]?.trim()
    const pair = /^([^=:]+)[=:](.*)$/.exec(trimmed)
    if (header !== undefined) section = header.toLowerCase() === 'default' ? [] : header.split('.')
    else if (pair === null) throw new FormatError('ini: neither a section nor key = value', { line: index + 1, column: 1 })
    else setPath(root, [...section, ...pair[1]!.trim().split('.')], readScalar(unquote(pair[2]!.trim())))
  }
  return makeLists(root) as PlainObject
}

/** Dotenv: `export KEY=value`; keys in lower case, without `KRAKEND_`. */
export function parseEnv(text: string): PlainObject {
  const root: PlainObject = {}
  for (const [index, line] of text.split(/\r\n?|\n/).entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const [, key, value] = /^(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/.exec(trimmed) ?? []
    if (key === undefined) throw new FormatError('env: no KEY=value', { line: index + 1, column: 1 })
    setPath(
      root,
      key
        .toLowerCase()
        .replace(/^krakend_/, '')
        .split('.'),
      readScalar(unquote(value!)),
    )
  }
  return makeLists(root) as PlainObject
}

/** Takes quotes away, or else a comment at the end. */
function unquote(text: string): string {
  const [, single, double] = /^(?:'([^']*)'|"((?:\\.|[^"\\])*)")\s*(?:[#;].*)?$/.exec(text) ?? []
  if (single !== undefined) return single
  if (double !== undefined) return double.replaceAll(/\\(.)/g, (_, character: string) => propertyEscapes[character] ?? character)
  return text.replace(/\s+[#;].*$/, '')
}

/** Components want typed values, so `true`, numbers and JSON lists or objects are what they look like. */
function readScalar(text: string): unknown {
  if (!/^(?:true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?|[[{].*)$/s.test(text)) return text
  try {
    return parseJsonText(text)
  } catch {
    return text
  }
}

function setPath(root: PlainObject, path: readonly string[], value: unknown): void {
  let target = root
  for (const step of path.slice(0, -1)) {
    const existing = Object.hasOwn(target, step) ? target[step] : undefined
    const next: PlainObject = isObject(existing) ? existing : {}
    if (next !== existing) setKey(target, step, next)
    target = next
  }
  setKey(target, path.at(-1)!, value)
}

/** Objects whose keys count 0, 1, 2 … are lists. */
function makeLists(value: unknown): unknown {
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([key, item]) => [key, makeLists(item)] as const)
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index))
  return isList ? entries.map(([, item]) => item) : Object.fromEntries(entries)
}
