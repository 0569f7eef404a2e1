// Fills a backend's url_pattern and sets its method.

import { step } from '../compile/component.ts'
import { takesMethod } from '../routing/patterns/route-block.ts'
import type { Layer, Params, Pipe } from '../types.ts'

export const builder = step({
  stage: 'backend',
  name: 'request builder',
  writesCall: true,
  build({ backend, endpoint }) {
    if (backend === null) return null
    if (endpoint === null || !takesMethod(endpoint, backend)) return requestBuilder(backend.urlPattern, backend.method)
    return passMethod(backend.urlPattern, backend.encoding !== 'no-op')
  },
})

const PLACEHOLDER = /\{\{\.([^{}]+)\}\}/g

/** Parameters that a url_pattern names, as the engine knows them: `Id`, `JWT.sub`, `Resp0_a.b`. */
export function placeholdersOf(urlPattern: string): string[] {
  return [...urlPattern.matchAll(PLACEHOLDER)].map(([, name = '']) => name)
}

/** Values go in raw; a placeholder without a value stays as it is, which KrakenD's users see as `%7B%7B.Id%7D%7D`. */
export function compilePath(urlPattern: string): (params: Params) => string {
  const names = placeholdersOf(urlPattern)
  if (names.length === 0) return () => urlPattern
  const literals = urlPattern.split(/\{\{\.[^{}]+\}\}/)
  return function fillPattern(params) {
    let path = literals[0] as string
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string
      path += (params.get(name) ?? `{{.${name}}}`) + literals[i + 1]
    }
    return path
  }
}

export function requestBuilder(urlPattern: string, method: string): Layer<Pipe> {
  const fill = compilePath(urlPattern)
  return (next) =>
    function buildRequest(request, scope) {
      return next({ ...request, method, path: fill(request.params) }, scope)
    }
}

/** The method of the request; one that is decoded cannot do with the head of an answer. */
function passMethod(urlPattern: string, isDecoded: boolean): Layer<Pipe> {
  const fill = compilePath(urlPattern)
  return (next) =>
    function buildRequest(request, scope) {
      const method = isDecoded && request.method === 'HEAD' ? 'GET' : request.method
      return next({ ...request, method, path: fill(request.params) }, scope)
    }
}
