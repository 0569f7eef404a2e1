// `_gw/secrets`: `${env:…}` and `${file:…}` in the texts of a file become what they stand for. Of keys it knows
// only where braces mean something.

import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { type Issue, type IssuePath, errorIssue, warningIssue } from '../schema/issue.ts'
import { valueInAnyCase } from '../json/any-case.ts'
import { isObject, type PlainObject, setKey } from '../json/types.ts'
import type { Environment } from './environment.ts'
import { describeFileError } from '../go/file-error.ts'
import { looksTyped, typeReferences } from './typed-references.ts'
import type { Secret, Secrets } from './types.ts'

export const SECRETS_NAMESPACE = '_gw/secrets'
const DEFAULT_FOLDER = '/run/secrets'
const MAX_FILE_BYTES = 1024 * 1024
/** `$${`, or a reference: kind, what it names, and the default behind `:-`. Other `${…}` are texts as any. */
const REFERENCE = /\$\$\{|\$\{(env|file):([^}]*?)(?::-([^}]*))?\}/g
/** security: blocks, or members of them, whose texts have placeholders: what a reference became is none. */
const TEMPLATES: readonly (readonly [block: string, member?: string])[] = [
  ['_gw/request'],
  ['_gw/cache', 'key'],
  ['_gw/cache', 'tags'],
  ['_gw/errors', 'bodies'],
]
const LOOKS_LIKE_ONE = /\$\{(?:env|file):/

export interface ResolvedFile {
  readonly raw: PlainObject
  readonly secrets: Secrets
  readonly issues: readonly Issue[]
}

export const NO_SECRETS: Secrets = { values: [], files: [] }

/** Replaces the references of a file that asks for it; of any other file it tells where they would stand. `raw` is not changed. */
export async function resolveSecrets(raw: PlainObject, file: string, environment: Environment): Promise<ResolvedFile> {
  const blocks = valueInAnyCase(raw, 'extra_config')
  const block = isObject(blocks) ? blocks[SECRETS_NAMESPACE] : undefined
  if (block === undefined || block === false || block === null) return { raw, secrets: NO_SECRETS, issues: findUnresolved(raw) }
  const folder = dirname(resolve(file))
  const resolver = new Resolver(environment, folder, allowedFolders(block, folder))
  const resolved = (await resolver.value(raw, [])) as PlainObject
  await typeReferences(resolved, resolver.wholes)
  return { raw: resolved, secrets: resolver.secrets, issues: resolver.issues }
}

/** Folders that are none are told by the reader of the block. */
function allowedFolders(block: unknown, folder: string): string[] {
  const written: unknown = isObject(block) ? block['allow_files'] : undefined
  if (!Array.isArray(written)) return [folder, DEFAULT_FOLDER]
  return written.filter((path) => typeof path === 'string').map((path) => resolve(folder, path))
}

class Resolver {
  readonly issues: Issue[] = []
  /** Where a value was one reference and nothing else, and became what could be a number or a flag. */
  readonly wholes: IssuePath[] = []
  readonly #environment: Environment
  readonly #folder: string
  readonly #allowed: Promise<readonly string[]>
  readonly #written: readonly string[]
  readonly #values = new Map<string, Secret>()
  readonly #files = new Map<string, Promise<string | null | Error>>()

  constructor(environment: Environment, folder: string, allowed: readonly string[]) {
    this.#environment = environment
    this.#folder = folder
    this.#written = allowed
    // A folder that is not there has no files.
    this.#allowed = Promise.all(allowed.map((path) => realpath(path).catch(() => path)))
  }

  get secrets(): Secrets {
    return { values: [...this.#values.values()], files: [...this.#files.keys()] }
  }

  /** Names of members stay as they are. */
  async value(raw: unknown, path: IssuePath): Promise<unknown> {
    if (typeof raw === 'string') return raw.includes('${') ? this.#text(raw, path) : raw
    if (Array.isArray(raw)) return Promise.all(raw.map((item, index) => this.value(item, [...path, index])))
    if (!isObject(raw)) return raw
    const result: PlainObject = {}
    for (const [key, item] of Object.entries(raw))
      setKey(result, key, key === SECRETS_NAMESPACE ? item : await this.value(item, [...path, key]))
    return result
  }

  /** What was put in is not looked at again. */
  async #text(text: string, path: IssuePath): Promise<string> {
    let result = ''
    let end = 0
    for (const match of text.matchAll(REFERENCE)) {
      const [whole, kind, name = '', fallback] = match
      result += text.slice(end, match.index)
      end = match.index + whole.length
      if (kind === undefined) result += '${'
      else {
        const value = await this.#resolve(kind, { whole, name, fallback: fallback ?? null }, path)
        if (whole === text && looksTyped(value)) this.wholes.push(path)
        result += value
      }
    }
    return result + text.slice(end)
  }

  async #resolve(kind: string, reference: Reference, path: IssuePath): Promise<string> {
    const { whole, name, fallback } = reference
    const found = kind === 'env' ? this.#environment[name] || null : await this.#readFile(name)
    if (found instanceof Error) return this.#refuse(path, `${whole}: ${found.message}`, this.#hintOf(found))
    if (found === null) {
      if (fallback !== null) return fallback
      const what =
        kind === 'env' ? `the environment variable ${name} is not set, or empty` : `there is no file ${resolve(this.#folder, name)}`
      return this.#refuse(path, `${whole}: ${what}`, `a default is written \${${kind}:${name}:-default}`)
    }
    const secret = { reference: `\${${kind}:${name}}`, value: found }
    this.#values.set(whole, secret)
    const written = escapeBraces(found, path)
    if (written !== found) this.#values.set(`${whole} ${written}`, { ...secret, value: written })
    return written
  }

  #refuse(path: IssuePath, message: string, hint: string): string {
    this.issues.push(errorIssue('missing-secret', path, message, hint))
    return ''
  }

  #hintOf(error: Error): string {
    return error instanceof OutsideError ? `"allow_files" of ${SECRETS_NAMESPACE} names the folders that may be read` : ''
  }

  #readFile(name: string): Promise<string | null | Error> {
    const path = resolve(this.#folder, name)
    const known = this.#files.get(path) ?? this.#load(path)
    this.#files.set(path, known)
    return known
  }

  /** Null where there is no such file. */
  async #load(path: string): Promise<string | null | Error> {
    try {
      // security: judged by where links lead, so that a link does not lead out. Whether something is outside is said, not whether it is there.
      const outside = new OutsideError(`it is outside of ${this.#written.join(' and ')}`)
      const real = await realpath(path).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? null : path))
      const allowed = await this.#allowed
      if (!isBelow(real ?? path, real === null ? [...allowed, ...this.#written] : allowed)) return outside
      if (real === null) return null
      const { size, isFile } = await stat(real).then((stats) => ({ size: stats.size, isFile: stats.isFile() }))
      if (!isFile) return new Error('it is no plain file')
      if (size > MAX_FILE_BYTES) return new Error(`it has more than ${MAX_FILE_BYTES} bytes`)
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(real)).replace(/\r?\n$/, '')
      return text === '' ? new Error('it is empty') : text
    } catch (error) {
      return error instanceof TypeError ? new Error('it is no UTF-8') : new Error(describeFileError(error, path))
    }
  }
}

/** The value as it has to stand at a place whose braces would be read as placeholders. */
function escapeBraces(value: string, path: IssuePath): string {
  if (String(path.at(-1)).toLowerCase() === 'url_pattern') return value.replaceAll('{', '%7B').replaceAll('}', '%7D')
  const isTemplate = TEMPLATES.some(([block, member]) => {
    const at = path.indexOf(block)
    return at >= 0 && (member === undefined || path[at + 1] === member)
  })
  return isTemplate ? value.replaceAll(/[{}]/g, '$&$&') : value
}

interface Reference {
  readonly whole: string
  readonly name: string
  readonly fallback: string | null
}

class OutsideError extends Error {}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path.startsWith(folder.endsWith(sep) ? folder : folder + sep))
}

/** Without the key nothing is replaced, which whoever wrote the reference should know. */
function findUnresolved(raw: unknown, path: IssuePath = []): Issue[] {
  if (typeof raw === 'string') {
    if (!LOOKS_LIKE_ONE.test(raw)) return []
    const hint = `write "${SECRETS_NAMESPACE}": {} into "extra_config" of the service`
    return [warningIssue('secrets-off', path, 'this text looks like a reference, and is taken as it is', hint)]
  }
  if (typeof raw !== 'object' || raw === null) return []
  const entries = Array.isArray(raw) ? raw.entries() : Object.entries(raw)
  return [...entries].flatMap(([key, item]: [string | number, unknown]) => findUnresolved(item, [...path, key]))
}
