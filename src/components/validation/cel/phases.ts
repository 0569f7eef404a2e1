// Which expressions run when, what they may read then, and what comes of those that are wrong. Knows nothing of layers.

import { CelError, celTypes, ExpressionError, locate, readExpression, typeName } from '../../../cel/index.ts'
import type { Bind, Type, Value } from '../../../cel/index.ts'

/** Before the call, after it, and with the claims of a token. */
export type Phase = 'pre' | 'post' | 'jwt'

/** compat: the text decides, wherever in it these letters stand; an expression with none of them never runs. */
const MARKS: Readonly<Record<Phase, string>> = { pre: 'req', post: 'resp', jwt: 'JWT' }

const { BOOL, DYN, INT, STRING, listOf, mapOf } = celTypes
const OBJECT = mapOf(STRING, DYN)
const FIELDS = mapOf(STRING, listOf(STRING))

/** Every variable is declared in every phase, and bound in its own. */
export const VARIABLES: ReadonlyMap<string, Type> = new Map([
  ['now', STRING],
  ['req_method', STRING],
  ['req_path', STRING],
  ['req_params', mapOf(STRING, STRING)],
  ['req_headers', FIELDS],
  ['req_querystring', FIELDS],
  ['resp_completed', BOOL],
  ['resp_metadata_status', INT],
  ['resp_metadata_headers', FIELDS],
  ['resp_data', OBJECT],
  ['JWT', OBJECT],
])

/** An expression of a phase. */
export interface Evaluator<C> {
  /** `true`, or why not: `result: false`, `failed: no such key: x`. */
  run(context: C): true | string
}

/** The expressions of a phase; those whose types are wrong are left out and told. Throws an ExpressionError for wrong syntax. */
export function compilePhase<C>(
  texts: readonly string[],
  phase: Phase,
  bind: Bind<C>,
  onWrongTypes: (error: ExpressionError) => void,
): Evaluator<C>[] {
  return texts
    .filter((text) => isOf(text, phase))
    .flatMap((text) => {
      try {
        return [toEvaluator(readExpression(text, VARIABLES).compile(bind))]
      } catch (error) {
        if (!(error instanceof ExpressionError) || error.stage === 'parse') throw error
        onWrongTypes(error)
        return []
      }
    })
}

export function isOf(text: string, phase: Phase): boolean {
  return text.includes(MARKS[phase])
}

function toEvaluator<C>(evaluate: (context: C) => Value): Evaluator<C> {
  return {
    run(context) {
      let value: Value
      try {
        value = evaluate(context)
      } catch (error) {
        if (error instanceof CelError) return `failed: ${error.message}`
        // security: values are followed down, and an answer may be nested without end; it must not look like a bug.
        if (error instanceof RangeError) return 'failed: the data is nested too deeply'
        throw error
      }
      return value === true ? true : `result: ${showResult(value)}`
    },
  }
}

function showResult(value: Value): string {
  return typeof value === 'object' && value !== null ? typeName(value) : String(value)
}

/** Why an expression cannot run, in one sentence with line and column; null when it can. */
export function problemOf(text: string): { stage: 'parse' | 'check'; message: string } | null {
  try {
    readExpression(text, VARIABLES)
    return null
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const { at, message } = error.issues[0] as ExpressionError['issues'][number]
    if (at < 0) return { stage: error.stage, message }
    const { line, column } = locate(text, at)
    return { stage: error.stage, message: `line ${line}, column ${column}: ${message}` }
  }
}

/** Variables that an expression reads in a phase that does not have them. */
export function missingVariables(text: string, phase: Phase): string[] {
  const missing = new Set<string>()
  readExpression(text, VARIABLES).compile((name) => {
    if (name !== 'now' && !name.startsWith(MARKS[phase])) missing.add(name)
    return () => null
  })
  return [...missing]
}
