// Component `backend/graphql`: a REST endpoint asks a GraphQL backend, with parameters or the client's body as variables.
// Knows nothing of the answer, which is JSON like any other.

import type { Static } from 'typebox'
import { component } from '../../../engine/compile/component.ts'
import type { CheckedBlock, Site } from '../../../engine/compile/component.ts'
import { routeLabel } from '../../../engine/compile/labels.ts'
import { madeFrom, NO_BODY, sizedBodyOf } from '../../../engine/body.ts'
import { GatewayError } from '../../../engine/errors.ts'
import { parseBounded } from '../../../json/bounded-parse.ts'
import { decodeJsonObject } from '../../../engine/decode-json.ts'
import type { JsonObject } from '../../../json/types.ts'
import { encodeSorted } from '../../../json/write.ts'
import type { Body, Layer, Pipe, PipeRequest } from '../../../engine/types.ts'
import { encodeQuery } from '../../../go/url.ts'
import { errorIssue, warningIssue } from '../../../schema/issue.ts'
import type { Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { compileBody, compileQueryValues, encodeVariables, fillHoles, findHoles } from './graphql.ts'
import type { Encode } from './graphql.ts'

const options = Type.Object({
  type: Type.String({
    default: '',
    description: 'Operation: `query` or `mutation`, in any case; anything else switches the component off.',
  }),
  query: Type.String({ default: '', description: 'The GraphQL document.' }),
  query_path: Type.String({ default: '', description: 'A file with the document, read at the start; wins over `query`.' }),
  operationName: Type.String({ default: '', description: 'Which operation of the document to run; not sent when empty.' }),
  variables: Type.Record(Type.String(), Type.Unknown(), {
    default: {},
    description:
      'Variables. In a query, one that is exactly `{name}` takes the URL parameter; in a mutation, the client’s body goes over them.',
  }),
  method: Type.String({
    default: '',
    description: '`GET` (the operation goes into the URL) or `POST`; anything else is `POST`, whatever the backend’s `method` says.',
  }),
})

type Options = Static<typeof options>

/** Characters of variables whose body is kept. security: they may be a client's, and stay as long as the gateway. */
const MAX_REMEMBERED = 4096

/** Values come from JSON: the file or a client's body. */
const encode = encodeSorted as Encode

/** Puts the encoded variables into a request. */
type Fill = (request: PipeRequest, variables: string) => PipeRequest

export const graphql = component({
  stage: 'backend',
  namespace: 'backend/graphql',
  writesCall: true,
  reading: 'struct',
  options,
  check: checkOperation,
  build(given, site) {
    const type = given.type.toLowerCase()
    if (type !== 'query' && type !== 'mutation') {
      site.log.warning(`${routeLabel(site)}[GraphQL] Unknown operation type ${given.type}`)
      return null
    }
    const query = readQuery(given, site)
    if (query === null) return null
    const method = given.method.toUpperCase() === 'GET' ? 'GET' : 'POST'
    const operation = { query, operationName: given.operationName }
    site.log.debug(`${routeLabel(site)}[GraphQL] Operation: ${type}, Method: ${method}`)
    const fill = method === 'GET' ? fillQuery(compileQueryValues(operation)) : fillBody(compileBody(operation, encode))
    return type === 'query' ? askQuery(given.variables, fill) : askMutation(given.variables, fill)
  },
})

/** compat: whatever is wrong switches the component off, and the backend gets an ordinary request. */
function checkOperation({ type, query, query_path: file, method }: Options, { readable }: CheckedBlock): Issue[] {
  const issues: Issue[] = []
  const effect = 'the backend gets an ordinary request'
  if (!/^(?:query|mutation)$/i.test(type))
    issues.push(warningIssue('invalid-option', ['type'], `neither "query" nor "mutation": ${effect}`))
  if (file !== '' && !readable(file))
    issues.push(
      errorIssue(
        'unreadable-file',
        ['query_path'],
        `the file "${file}" cannot be read: ${effect}`,
        'paths begin where the gateway is started',
      ),
    )
  if (file === '' && query.trim() === '')
    issues.push(errorIssue('missing-option', [], 'there is neither "query" nor "query_path": the backend is asked for nothing'))
  if (!/^(?:get|post)?$/i.test(method))
    issues.push(warningIssue('unknown-value', ['method'], `"${method}" is neither "GET" nor "POST": "POST" is used`))
  return issues
}

function readQuery({ query, query_path: path }: Options, site: Site): string | null {
  if (path === '') return query
  try {
    return site.read(path).toString('utf8')
  } catch (error) {
    site.log.warning(`${routeLabel(site)}[GraphQL] ${(error as Error).message}`)
    return null
  }
}

/** The client's body plays no part. */
function askQuery(variables: Options['variables'], fill: Fill): Layer<Pipe> {
  const holes = findHoles(variables)
  const fixed = encodeVariables(variables, encode)
  return (next) =>
    function askGraphql(request, scope) {
      const filled = holes.length === 0 ? fixed : encodeVariables(fillHoles(variables, holes, request.params), encode)
      return next(fill(request, filled), scope)
    }
}

/** Members of the client's body win over variables of the same name. */
function askMutation(variables: Options['variables'], fill: Fill): Layer<Pipe> {
  return (next) =>
    async function mutateGraphql(request, scope) {
      const merged = { ...variables, ...readObject(await request.body.bytes()) }
      return next(fill(request, encodeVariables(merged, encode)), scope)
    }
}

/** The client's JSON object, and nothing after it. */
function readObject(bytes: Buffer): JsonObject {
  let message = 'json: cannot unmarshal null into Go value of type map[string]interface {}'
  try {
    const data = decodeJsonObject(bytes)
    if (data !== null) {
      parseBounded(bytes.toString())
      return data.object
    }
  } catch (error) {
    message = error instanceof SyntaxError ? 'invalid character after top-level value' : (error as Error).message
  }
  // Go has another text for a whole body that ends too early than for a stream that does.
  throw new GatewayError(message.endsWith('EOF') ? 'unexpected end of JSON input' : message, { code: 'ERR_GRAPHQL_BODY', source: 'client' })
}

function fillBody(makeBody: (variables: string) => string): Fill {
  const bodyOf = (variables: string): Body => sizedBodyOf(Buffer.from(makeBody(variables)))
  let lastVariables: string | null = null
  let last: Body = NO_BODY
  return function fillJsonBody(request, variables) {
    // perf: most operations say the same again and again.
    const body = variables === lastVariables ? last : bodyOf(variables)
    if (variables.length <= MAX_REMEMBERED) [last, lastVariables] = [body, variables]
    return { ...request, method: 'POST', headers: jsonHeaders(request), body: madeFrom(request.body, body) }
  }
}

/** compat: KrakenD computes these values and loses them, because its URL is finished by then. */
function fillQuery(makeValues: (variables: string) => Map<string, string[]>): Fill {
  return function fillQueryValues(request, variables) {
    const separator = request.path.includes('?') ? '&' : '?'
    const path = request.path + separator + encodeQuery(makeValues(variables))
    return { ...request, method: 'GET', path, headers: jsonHeaders(request), body: madeFrom(request.body, NO_BODY) }
  }
}

function jsonHeaders(request: PipeRequest): PipeRequest['headers'] {
  const headers = request.headers.copy()
  headers.set('Content-Type', 'application/json')
  // That of the client's body; the length of this one is known.
  headers.delete('Content-Length')
  return headers
}
