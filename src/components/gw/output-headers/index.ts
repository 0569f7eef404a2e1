// Component `_gw/output-headers`: which header fields of backends reach the client, also where their answers are decoded.

import type { Static } from 'typebox'
import { component, type CheckedBlock, type Site } from '../../../engine/compile/component.ts'
import { HeaderMap, type ReadonlyHeaders } from '../../../engine/headers.ts'
import { backendProxyOptions } from '../../../engine/pipe/proxy-block.ts'
import { backendWatches } from '../../../engine/ports.ts'
import { slot } from '../../../engine/scope.ts'
import type { Layer, Pipe, PipeResponse } from '../../../engine/types.ts'
import { errorIssue, type Issue, warningIssue } from '../../../schema/issue.ts'
import { compileDecodedList, compileHeaderList, isDecoded, isHeaderPattern, isNeverTaken, outputHeadersBlock } from '../header-list.ts'
import { takeHeaders } from './take-headers.ts'

type Names = Static<typeof outputHeadersBlock.options>

/** Without these a body cannot be read. */
const OF_THE_BODY = /^(?:Content-(?:Type|Encoding|Language|Length|Range)|Transfer-Encoding)$/
const SWITCHING = 101
const OF_A_HANDSHAKE = /^(?:Sec-Websocket-.+|Connection|Upgrade)$/
/** Backends whose data is no part of the answer, or is asked for many times. */
const SILENT_BLOCKS = ['_gw/hidden', '_gw/for-each']

/** What the backends of a request have answered, by their place in the file. */
const heads = slot<(ReadonlyHeaders | undefined)[]>()

export const outputHeaders = component({
  ...outputHeadersBlock,
  stage: 'proxy',
  check: checkNames,
  build(names, site) {
    const { place, endpoint } = site
    if (place === null || endpoint === null) return null
    if (!isDecoded(endpoint)) {
      backendWatches(site).set(place.id, () => filterStreams(names))
      return null
    }
    backendWatches(site).set(place.id, noteHead)
    return addHeaders(names, endpoint.cacheTtlMs > 0)
  },
})

function filterStreams(names: Names): Layer<Pipe> {
  const isTaken = compileHeaderList(names)
  const filter = (response: PipeResponse): PipeResponse => {
    if (response.headers === null) return response
    const headers = response.headers.copy()
    const isHandshake = response.statusCode === SWITCHING
    headers.deleteWhere((name) => !isTaken(name) && !OF_THE_BODY.test(name) && !(isHandshake && OF_A_HANDSHAKE.test(name)))
    return { ...response, headers }
  }
  return (next) =>
    function filterHeaders(request, scope) {
      return next(request, scope).then(filter)
    }
}

/** Keeps what one backend answered, if it is one of the answer's parts. */
function noteHead(site: Site): Layer<Pipe> | null {
  const { backend } = site
  if (backend === null || SILENT_BLOCKS.some((namespace) => site.has(namespace)) || backendProxyOptions(backend).shadow) return null
  const index = Number(backend.at.at(-1))
  return (next) =>
    function noteHeaders(request, scope) {
      return next(request, scope).then((response) => {
        const found = heads.get(scope)
        if (found !== undefined && response.isComplete && response.error === null) found[index] = response.backend?.headers
        return response
      })
    }
}

function addHeaders(names: Names, hasCacheTtl: boolean): Layer<Pipe> {
  const isTaken = compileDecodedList(names)
  const isTakenBesideTtl = (name: string): boolean => name !== 'Cache-Control' && isTaken(name)
  const add = (response: PipeResponse, found: readonly (ReadonlyHeaders | undefined)[]): PipeResponse => {
    const isCacheable = hasCacheTtl && response.isComplete && response.data !== null && !response.data.isEmpty
    const fields = takeHeaders(found, isCacheable ? isTakenBesideTtl : isTaken)
    if (fields.length === 0) return response
    const headers = new HeaderMap([...(response.headers?.fields ?? []), ...fields])
    // Fields alone: the client's status stays what it is without them.
    return response.fixed === undefined ? { ...response, headers, fixed: 'head', statusCode: 0 } : { ...response, headers }
  }
  return (next) =>
    function addBackendHeaders(request, scope) {
      const found: (ReadonlyHeaders | undefined)[] = []
      heads.set(scope, found)
      return next(request, scope).then((response) => add(response, found))
    }
}

function checkNames(names: Names, { place }: CheckedBlock): Issue[] {
  const endpoint = place?.endpoint ?? null
  if (place !== null && endpoint === null)
    return [errorIssue('wrong-level', [], 'an async agent answers nobody: it belongs at an endpoint', 'remove the block')]
  const issues = names.flatMap((name, index) => {
    if (!isHeaderPattern(name))
      return [errorIssue('invalid-option', [index], `"${name}" is no name of a header field`, 'write "X-*", for one')]
    const isUseless = endpoint !== null && isDecoded(endpoint) && isNeverTaken(name)
    return isUseless ? [warningIssue('unused-option', [index], `"${name}" is never taken from a decoded answer`, 'remove it')] : []
  })
  if (names.length > 0 && names.every((name) => name.startsWith('-')))
    issues.push(warningIssue('unused-option', [], 'nothing but exclusions lets nothing pass', 'add "*"'))
  return issues
}
