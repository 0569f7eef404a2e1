// Component `validation/json-schema`: refuses request bodies that do not fit a JSON Schema. Knows nothing of what is done with them.

import { perDialect } from '../../../config/dialect.ts'
import { ENDLESS, isEndless } from '../../../schema/endless.ts'
import { errorIssue, warningIssue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { component } from '../../../engine/compile/component.ts'
import { GatewayError } from '../../../engine/errors.ts'
import { parseBounded } from '../../../json/bounded-parse.ts'
import { explainSyntax } from '../../../json/explain-syntax.ts'
import { CompiledSchemas } from './compiled-schemas.ts'
import type { DraftRules, Validator } from './drafts.ts'

interface SchemaQuirks {
  readonly drafts: DraftRules
  /** For bodies that are no JSON. */
  readonly unreadableStatus: number
}

const VERSION_3: SchemaQuirks = { drafts: 'all', unreadableStatus: 400 }
const SCHEMA_QUIRKS = perDialect(VERSION_3, { 2: { drafts: 'up-to-7', unreadableStatus: 500 } })

const NAMESPACE = 'validation/json-schema'
const EMPTY_BODY = 'could not validate an empty body'
/** Methods whose requests bring nothing to validate. */
const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'DELETE'])
const TOO_DEEP = 'exceeded max depth'

/** Checks the body of every request of an endpoint, whatever its method and Content-Type. The body goes on unchanged. */
export const jsonSchema = component({
  stage: 'proxy',
  namespace: NAMESPACE,
  options: Type.Unknown({ description: 'The schema: drafts 4, 6, 7, 2019-09 and 2020-12 (the default).' }),
  restricting: true,
  check(schema, { dialect, once, place }) {
    const validator = once(NAMESPACE, createSchemas).compile(schema, SCHEMA_QUIRKS[dialect].drafts)
    const method = place?.endpoint?.method ?? 'POST'
    if (!(validator instanceof Error) && WITHOUT_BODY.has(method))
      return [warningIssue('schema-without-body', [], `requests of ${method} have no body as a rule: those without one are refused`)]
    if (validator instanceof Error) return [errorIssue('invalid-schema', [], `bodies are not checked: ${validator.message}`)]
    return isEndless((value) => validator.validate(value))
      ? [errorIssue('invalid-schema', [], `bodies are refused: the schema ${ENDLESS}`)]
      : []
  },
  build(schema, site) {
    const { drafts, unreadableStatus } = SCHEMA_QUIRKS[site.config.dialect]
    const validator = site.once(NAMESPACE, createSchemas).compile(schema, drafts)
    if (validator instanceof Error) {
      // compat: KrakenD serves the endpoint without validation then.
      site.log.error(`${site.label}[JSONSchema] Parsing the definition: ${validator.message}`)
      return null
    }
    site.log.debug(`${site.label}[JSONSchema] Validator enabled`)
    return (next) =>
      async function jsonSchema(request, scope) {
        const { body } = request
        const bytes = body.length === 0 ? null : await body.bytes()
        if (bytes === null || bytes.length === 0) throw refuse(EMPTY_BODY, unreadableStatus)
        let value: unknown
        try {
          value = parseBounded(bytes.toString())
        } catch {
          throw refuse(explainSyntax(bytes), unreadableStatus)
        }
        const problem = check(validator, value)
        if (problem !== null) throw refuse(problem, 400)
        return next(request, scope)
      }
  },
})

function createSchemas(): CompiledSchemas {
  return new CompiledSchemas()
}

function check(validator: Validator, value: unknown): string | null {
  try {
    return validator.validate(value)
  } catch (error) {
    // security: a recursive schema follows a body down; one that is nested without end must not look like a bug.
    if (error instanceof RangeError) return TOO_DEEP
    throw error
  }
}

function refuse(message: string, statusCode: number): GatewayError {
  return new GatewayError(message, { code: 'ERR_JSON_SCHEMA', statusCode, source: 'client' })
}
