// What a GraphQL request says: variables, then the JSON body or the query values. Knows nothing of the gateway.

import { paramName } from '../../../go/param-name.ts'

/** Any JSON value, in the form that `Encode` understands. */
type Variables = Readonly<Record<string, unknown>>

/** JSON text with sorted keys. */
export type Encode = (value: unknown) => string

export interface Operation {
  readonly query: string
  /** Empty: not sent. */
  readonly operationName: string
}

/** A variable and the URL parameter that it takes its value from. */
export type Hole = readonly [variable: string, param: string]

/**
 * Top-level variables that are exactly `{name}`.
 * Nested ones and parts of a text are sent as they are.
 */
export function findHoles(variables: Variables): Hole[] {
  const holes: Hole[] = []
  for (const [variable, value] of Object.entries(variables)) {
    if (typeof value !== 'string' || value.length < 3 || !value.startsWith('{') || !value.endsWith('}')) continue
    holes.push([variable, paramName(value.slice(1, -1))])
  }
  return holes
}

/** The variables of one request; a parameter that is missing is an empty text. */
export function fillHoles(variables: Variables, holes: readonly Hole[], params: ReadonlyMap<string, string>): Variables {
  const filled: Record<string, unknown> = { ...variables }
  for (const [variable, param] of holes) {
    // JSON is UTF-8: bytes of a path that are none are U+FFFD here.
    const value = (params.get(param) ?? '').toWellFormed()
    Object.defineProperty(filled, variable, { value, enumerable: true, configurable: true, writable: true })
  }
  return filled
}

/** The variables as JSON; empty when there are none, which is not sent. */
export function encodeVariables(variables: Variables, encode: Encode): string {
  return Object.keys(variables).length === 0 ? '' : encode(variables)
}

/** Makes the body of a POST out of encoded variables. */
export function compileBody(operation: Operation, encode: Encode): (variables: string) => string {
  const name = operation.operationName === '' ? '' : `,"operationName":${encode(operation.operationName)}`
  const head = `{"query":${encode(operation.query)}${name}`
  return (variables) => (variables === '' ? `${head}}` : `${head},"variables":${variables}}`)
}

/** Makes the query values of a GET out of encoded variables. */
export function compileQueryValues(operation: Operation): (variables: string) => Map<string, string[]> {
  const { query, operationName } = operation
  return function makeQueryValues(variables) {
    const values = new Map([['query', [query]]])
    if (operationName !== '') values.set('operationName', [operationName])
    if (variables !== '') values.set('variables', [variables])
    return values
  }
}
