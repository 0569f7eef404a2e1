// A path becomes a raw value and the text it came from. Knows the formats by their extension, no key.

import { readFile as readFileOfDisk } from 'node:fs/promises'
import { type Issue, errorIssue } from '../schema/issue.ts'
import { FormatError } from './formats/format-error.ts'
import { parseJson } from './formats/json.ts'
import { describeFileError } from '../go/file-error.ts'
import { narrowIntegers } from './narrow-integers.ts'

export type ReadFile = (file: string) => Promise<string | Uint8Array>

export interface LoadedFile {
  /** Undefined when there is an issue. */
  readonly raw: unknown
  readonly text: string | null
  readonly format: string
  readonly issue: Issue | null
}

/** Reads and parses a file. The issue's message is what KrakenD says. */
export async function loadFile(file: string, readFile: ReadFile = readFileOfDisk): Promise<LoadedFile> {
  let bytes: string | Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    return { raw: undefined, text: null, format: 'json', issue: errorIssue('unreadable-file', [], describeFileError(error, file)) }
  }
  const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  return parseText(text, extensionOf(file))
}

/** `.yml` of `a/b.yml`, and unlike Node's also `.env` of `.env`. */
export function extensionOf(file: string): string {
  return /\.[^./\\]*$/.exec(file)?.[0] ?? ''
}

/** Parses the text of a file with this extension (`.yml`; literally, capitals are JSON). */
export async function parseText(text: string, extension: string): Promise<LoadedFile> {
  const format = formats[extension] ?? 'json'
  try {
    const raw = await parseAs(format, text)
    if (isTooDeep(raw)) throw new FormatError(TOO_DEEP, null, DEEP_HINT)
    return { raw, text, format, issue: null }
  } catch (failure) {
    const error = OVERFLOW.test(String(failure)) ? new FormatError(TOO_DEEP, null, DEEP_HINT) : failure
    if (!(error instanceof FormatError)) throw error
    const issue = errorIssue('syntax', [], error.message, error.hint)
    return { raw: undefined, text, format, issue: error.position === null ? issue : { ...issue, position: error.position } }
  }
}

/** What reads a configuration calls itself for each level, and the stack has an end. */
const MAX_DEPTH = 500
const TOO_DEEP = 'exceeded max depth'
const DEEP_HINT = `a configuration has ${MAX_DEPTH} levels at most`
/** Of a parser that calls itself, too, and of those that tell it in an error of their own. */
const OVERFLOW = /Maximum call stack size exceeded/

/** Of each level once, what stands in several places: aliases of YAML. */
function isTooDeep(raw: unknown): boolean {
  let level = new Set([raw].filter(isContainer))
  for (let depth = 0; level.size > 0; depth++) {
    if (depth === MAX_DEPTH) return true
    const inner = new Set<object>()
    for (const container of level) for (const value of Object.values(container)) if (isContainer(value)) inner.add(value)
    level = inner
  }
  return false
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

const formats: Readonly<Record<string, string>> = {
  '.yml': 'yaml',
  '.yaml': 'yaml',
  '.toml': 'toml',
  '.properties': 'properties',
  '.props': 'properties',
  '.prop': 'properties',
  '.ini': 'ini',
  '.env': 'env',
  '.hcl': 'hcl',
}

async function parseAs(format: string, text: string): Promise<unknown> {
  if (format === 'yaml') return narrowIntegers((await import('./formats/yaml.ts')).parseYaml(text))
  if (format === 'toml') return narrowIntegers((await import('./formats/toml.ts')).parseToml(text))
  // compat: KrakenD takes the extensions below for JSON since 2.12
  if (format === 'json' || text.trimStart().startsWith('{')) return parseJson(text)
  if (format === 'hcl') return parseHclOfVersion2(text)
  const { parseEnv, parseIni, parseProperties } = await import('./formats/properties.ts')
  if (format === 'ini') return parseIni(text)
  return format === 'env' ? parseEnv(text) : parseProperties(text)
}

/** compat: KrakenD reads HCL up to 2.11, later versions take the file for JSON; version-2 files are the ones it is read for. */
async function parseHclOfVersion2(text: string): Promise<unknown> {
  try {
    return parseJson(text)
  } catch (jsonError) {
    const { parseHcl } = await import('./formats/hcl.ts')
    const value = parseHcl(text)
    if (String(value['version']) === '2') return value
    if (!(jsonError instanceof FormatError)) throw jsonError
    throw new FormatError(
      jsonError.message,
      jsonError.position,
      'HCL is read for version-2 files only, as in KrakenD: use JSON, YAML or TOML',
    )
  }
}
