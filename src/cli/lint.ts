// `check -l`, `-n`, `-s`: a file against a JSON Schema, by default the one that this version is made with. Only `-s URL` asks the network.

import { readFile } from 'node:fs/promises'
import { asError } from '../engine/errors.ts'
import { UsageError } from './arguments.ts'

const OWN_SCHEMA = new URL('../../docs/schema/krakend-ts.json', import.meta.url)

export const LINT_FLAGS = {
  lint: { type: 'boolean', short: 'l', about: 'also hold the file against the schema of this version; nothing is downloaded' },
  'lint-no-network': { type: 'boolean', short: 'n', about: 'the same' },
  'lint-schema': { type: 'string', short: 's', about: 'hold it against the JSON Schema of this file or URL instead' },
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
  throw new UsageError(message, "Run 'krakend check --help' for usage.")
}

/** What is wrong, as the end of KrakenD's line; null when the file fits. */
export async function lint(text: string, schemaPath: string | undefined): Promise<string | null> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return `ERROR converting configuration content to JSON:\t${asError(error).message}`
  }
  try {
    const schema = JSON.parse(await readSchema(schemaPath)) as unknown
    const { CompiledSchemas } = await import('../components/validation/json-schema/compiled-schemas.ts')
    const validator = new CompiledSchemas().compile(schema, 'all')
    if (validator instanceof Error) throw validator
    const problem = validator.validate(value)
    return problem === null ? null : `ERROR linting the configuration file:\t${problem}`
  } catch (error) {
    return `ERROR compiling the custom schema:\t${asError(error).message}`
  }
}

async function readSchema(path: string | undefined): Promise<string> {
  if (path === undefined) return readFile(OWN_SCHEMA, 'utf8')
  if (!/^https?:\/\//.test(path)) return readFile(path, 'utf8')
  const response = await fetch(path)
  if (!response.ok) throw new Error(`${path} answers ${response.status}`)
  return response.text()
}
