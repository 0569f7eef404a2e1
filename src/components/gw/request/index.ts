// Component `_gw/request`: builds the call of a backend, piece by piece, from what is known of the request and of earlier steps.

import { component } from '../../../engine/compile/component.ts'
import { showExchange, standIns } from '../../../engine/ports.ts'
import { headerFilter } from '../../../engine/steps/header-filter.ts'
import type { LoopItem } from '../../../engine/step-answers.ts'
import type { Pipe, PipeRequest, PipeResponse } from '../../../engine/types.ts'
import type { Scope } from '../../../engine/scope.ts'
import { canonicalName } from '../../../engine/headers.ts'
import { exactIntegers } from '../../../engine/steps/static.ts'
import { digestOf } from '../../../json/digest-of.ts'
import { compileJson, compilePath, compileText, type Filled } from '../templates.ts'
import { compileSubject, type Names, namesAt } from '../values.ts'
import { buildCall, type CallPieces, type Named, pairsOf } from './call.ts'
import { checkRequest, type Options, options } from './options.ts'

/** Characters. security: bodies and header fields may be the client's, and a loop keeps what it has asked to its end. */
const MAX_KEY = 1024

/** A second call with one of these has no effect that the first did not have. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY'])

export const requestTemplate = component({
  stage: 'backend',
  namespace: '_gw/request',
  writesCall: true,
  options,
  check: checkRequest,
  build(given, site) {
    const { backend, endpoint, config } = site
    if (backend === null) return null
    showExchange(site)
    const [standIn = null] = site.ask(standIns)
    const pieces = compilePieces(given, { ...namesAt(endpoint, backend, config.dialect), standIn })
    const read = compileSubject(sourcesOf(pieces))
    // Here and not further in: what is built in is not filtered, and caches see it.
    const filter = headerFilter(backend.inputHeaders)
    const layer = (next: Pipe): Pipe =>
      async function buildRequest(request, scope) {
        const subject = read(request, scope)
        const call = buildCall(pieces, request, subject instanceof Promise ? await subject : subject)
        return request.item === undefined ? next(call, scope) : callOnce(next, call, request.item, scope)
      }
    return filter === null ? layer : (next) => filter(layer(next))
  },
})

const NO_BODY: Filled<never> = { sources: [], fill: () => undefined }

function compilePieces(given: Options, names: Names): CallPieces {
  const { method, path, body } = given
  return {
    method,
    path: path === undefined ? null : compilePath(path, names),
    query: pairsOf(compileNamed(given.query ?? {}, 'text', names)),
    headers: compileNamed(given.headers ?? {}, 'header', names).map((field) => ({ ...field, name: canonicalName(field.name) })),
    body: body === undefined ? null : body === null ? NO_BODY : compileJson(exactIntegers(body), names),
    isText: typeof body === 'string',
  }
}

function compileNamed(texts: NonNullable<Options['query']>, place: 'text' | 'header', names: Names): Named[] {
  return Object.entries(texts).map(([name, written]) => {
    const list = written === null ? [] : [written].flat()
    return { name, texts: list.map((text) => compileText(text, place, names)) }
  })
}

function sourcesOf({ path, query, headers, body }: CallPieces): Filled<unknown>['sources'] {
  const filled = [path, body, ...[...(query?.named ?? []), ...headers].flatMap(({ texts }) => texts)]
  return filled.flatMap((piece) => [...(piece?.sources ?? [])])
}

/** Within a loop, equal calls of safe methods are one. */
async function callOnce(next: Pipe, call: PipeRequest, { calls }: LoopItem, scope: Scope): Promise<PipeResponse> {
  if (!SAFE_METHODS.has(call.method)) return next(call, scope)
  const body = call.body.length === 0 ? '' : (await call.body.bytes()).toString('base64')
  const text = JSON.stringify([call.method, call.path, [...call.query], call.headers.fields, body])
  const key = text.length > MAX_KEY ? digestOf(text) : text
  let answer = calls.get(key)
  if (answer === undefined) calls.set(key, (answer = next(call, scope)))
  return answer
}
