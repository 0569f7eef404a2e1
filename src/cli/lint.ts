// `check -l`, `-n`, `-s`: a file against a JSON Schema, by default the one that this version is made with. Only `-s URL` asks the network.

import { readFile } from 'node:fs/promises'
import { parseText } from '../config/load.ts'
import { resolveSecrets } from '../config/secrets.ts'
import { asError } from '../engine/errors.ts'
import { describeFileError } from '../go/file-error.ts'
import { errorIssue, type Issue, type IssuePath, type Source } from '../schema/issue.ts'
import { ofVersion, readOwnSchema } from '../config/own-schema.ts'
import { isObject } from '../json/types.ts'
import { UsageError } from './arguments.ts'

export const LINT_FLAGS = {
  lint: { type: 'boolean', short: 'l', about: 'also hold a file of any format against the schema of this version; nothing is downloaded' },
  'lint-no-network': { type: 'boolean', short: 'n', about: 'the same for JSON alone, as in KrakenD' },
  'lint-schema': {
    type: 'string',
    short: 's',
    about: 'hold it (JSON alone) against the JSON Schema of this file or URL instead',
    value: 'file|URL',
    isFile: true,
  },
} as const

interface LintFlags {
  readonly lint: number
  readonly 'lint-no-network': number
  readonly 'lint-schema': string | undefined
}

/** Whether the file is to be linted. Throws a UsageError where several schemas are asked for. */
export function wantsLint(flags: LintFlags): boolean {
  const set = (['lint', 'lint-no-network', 'lint-schema'] as const).filter((name) => flags[name] !== undefined && flags[name] !== 0)
  if (set.length < 2) return set.length === 1
  const message = `if any flags in the group [lint lint-no-network lint-schema] are set none of the others can be; [${set.join(' ')}] were all set`
  throw new UsageError(message)
}

export interface LintProblem {
  /** KrakenD's words. */
  readonly text: string
  /** What does not fit, each with its place; empty where there was nothing to hold against a schema. */
  readonly issues: readonly Issue[]
}

/**
 * What is wrong; null when the file fits. Texts of it may hold what `_gw/secrets` put into the file.
 * @param file whose folder its references begin at
 */
export async function lint({ text, format }: Source, file: string, flags: LintFlags): Promise<LintProblem | null> {
  const written = await parse(text ?? '', format, flags.lint > 0)
  if (written instanceof Error) return { text: `converting configuration content to JSON:\t${written.message}`, issues: [] }
  const value = isObject(written) ? (await resolveSecrets(written, file, process.env)).raw : written
  try {
    const schema = await readSchema(flags['lint-schema'])
    const { CompiledSchemas } = await import('../components/validation/json-schema/compiled-schemas.ts')
    const validator = new CompiledSchemas().compile(flags['lint-schema'] === undefined ? ownPart(schema, value) : schema, 'all')
    if (validator instanceof Error) throw validator
    const problem = validator.validate(value)
    if (problem === null) return null
    const name = flags['lint-schema'] ?? 'krakend-ts.json'
    const text = `linting the configuration file:\tjsonschema validation failed with '${name}#'\n${problem}`
    return { text, issues: findPlaces(problem) }
  } catch (error) {
    return { text: `compiling the custom schema:\t${asError(error).message}`, issues: [] }
  }
}

/** compat: KrakenD lints the text as JSON, whatever the file is; `-l` reads every format. */
async function parse(text: string, format: string, readsEveryFormat: boolean): Promise<unknown> {
  if (readsEveryFormat && format !== 'json') return (await parseText(text, `.${format}`)).raw
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const { message } = asError(error)
    return new Error(format === 'json' || readsEveryFormat ? message : `${message} (--lint holds files of every format against the schema)`)
  }
}

/** What does not fit is told without the choice between versions around it. */
function ownPart(schema: unknown, value: unknown): unknown {
  return (isObject(value) ? ofVersion(schema, value['version']) : null) ?? schema
}

/** The innermost of `- at '/endpoints/0': got string, want integer`, each as a finding at its place. */
function findPlaces(problem: string): Issue[] {
  const lines = problem.split('\n').map((line) => /^( *)- at '((?:[^'\\]|\\.)*)': (.*)$/s.exec(line))
  return lines.flatMap((line, index) => {
    if (line === null) return []
    const [, indent = '', pointer = '', message = ''] = line
    const next = lines[index + 1]
    const isOuter = next !== undefined && next !== null && (next[1] ?? '').length > indent.length
    return isOuter ? [] : [errorIssue('schema', pathOf(pointer, message), message)]
  })
}

/** A JSON pointer as a path; of a key that is too much, its own. */
function pathOf(pointer: string, message: string): IssuePath {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^(?:0|[1-9]\d*)$/.test(step) ? Number(step) : step))
  const extra = /^additional properties '([^']+)'/.exec(message)?.[1]
  return extra === undefined ? steps : [...steps, extra]
}

async function readSchema(path: string | undefined): Promise<unknown> {
  if (path === undefined) return readOwnSchema()
  if (!/^https?:\/\//.test(path)) return JSON.parse(await readLocal(path)) as unknown
  const response = await fetch(path)
  if (!response.ok) throw new Error(`${path} answers ${response.status}`)
  return response.json()
}

async function readLocal(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new Error(describeFileError(error, path), { cause: error })
  }
}
