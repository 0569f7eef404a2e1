// Component `_gw/fallback`: another backend, or data of the file, in the place of a backend that has failed.

import type { Static } from 'typebox'
import type { BackendConfig } from '../../../config/types.ts'
import { component, type CheckedBlock, type Logger } from '../../../engine/compile/component.ts'
import { discardBody } from '../../../engine/body.ts'
import { Data } from '../../../engine/data.ts'
import { asError } from '../../../engine/errors.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { backendProxyOptions } from '../../../engine/pipe/proxy-block.ts'
import { exactIntegers } from '../../../engine/steps/static.ts'
import { noteFallback } from '../../../engine/steps/request-course.ts'
import type { Layer, Pipe, PipeResponse } from '../../../engine/types.ts'
import type { JsonObject } from '../../../json/types.ts'
import { encodeJson } from '../../../json/write.ts'
import { errorIssue, type Issue, warningIssue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { isObject } from '../../../json/types.ts'
import { checkConditions, compileConditions, outcomeOf, outcomeOfAnswer } from '../failure-conditions.ts'
import { keepBody, type RepeatableBody } from '../repeatable-body.ts'

const object = (description: string) => Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description }))

const options = Type.Object({
  on: Type.Array(Type.Union([Type.String(), Type.Integer()]), {
    default: ['any'],
    description: 'Which failures: `connect-failure`, `reset`, `timeout`, `body`, `rejected`, statuses, `5xx`, `any`.',
  }),
  backend: object('Another backend, as it would stand in `backend` of the endpoint. Its answer is as good as the first one’s.'),
  data: object('Data in place of an answer, which is then not complete.'),
})

export const fallback = component({
  stage: 'backend',
  namespace: '_gw/fallback',
  options,
  check: checkFallback,
  build(given, site) {
    const { place, backend } = site
    if (place === null || backend === null) return null
    const init = { backend, on: given.on, log: site.log, label: `${site.label}[Fallback]` }
    const layerWith = (pipe: Pipe): Layer<Pipe> => replaceFailures({ ...init, pipe })
    if (backend.fallback !== null) return site.compileBackends({ ...place, backends: [backend.fallback] }).then(layerWith)
    return given.data === undefined ? null : layerWith(answerWith(given.data, backend.encoding === 'no-op'))
  },
})

interface FallbackInit {
  /** That may fail. */
  readonly backend: BackendConfig
  /** What is asked in place of the backend. */
  readonly pipe: Pipe
  readonly on: Static<typeof options>['on']
  readonly log: Logger
  readonly label: string
}

function replaceFailures({ backend, pipe, on, log, label }: FallbackInit): Layer<Pipe> {
  const isMet = compileConditions(on)
  return (next) => {
    const call = async (request: Parameters<Pipe>[0], scope: Parameters<Pipe>[1], kept: RepeatableBody): Promise<PipeResponse> => {
      const own = { ...request, body: kept.body }
      let words: string
      try {
        const response = await next(own, scope)
        const outcome = outcomeOfAnswer(response)
        if (outcome === null || !isMet(outcome) || !kept.mayRepeat()) return response
        discardBody(response.body)
        words = `status ${response.statusCode}`
      } catch (thrown) {
        const error = asError(thrown)
        const outcome = outcomeOf(error)
        // Whose time is over, or who has left, gets nothing else either.
        if (outcome === null || scope.ended || !isMet(outcome) || !kept.mayRepeat()) throw error
        words = error.message
      }
      log.warning(`${label} ${words}`)
      noteFallback(backend, scope)
      return pipe(own, scope)
    }
    return function fallBack(request, scope) {
      const kept = keepBody(request.body)
      return kept instanceof Promise ? kept.then((body) => call(request, scope, body)) : call(request, scope, kept)
    }
  }
}

/** Data of the file: a part that is not complete, and good enough for all that; where nothing is decoded, JSON. */
function answerWith(given: Readonly<Record<string, unknown>>, isStream: boolean): Pipe {
  const json = exactIntegers(given) as JsonObject
  const plain = {
    data: Data.of(json),
    isComplete: false,
    isTolerated: true,
    error: null,
    statusCode: 0,
    headers: null,
    body: null,
  } as const
  const body = Buffer.from(encodeJson(json))
  if (!isStream) return () => Promise.resolve(plain)
  return () =>
    Promise.resolve({
      ...plain,
      data: Data.EMPTY,
      statusCode: 200,
      headers: new HeaderMap(['Content-Type', 'application/json; charset=utf-8']),
      body,
    })
}

function checkFallback({ on, backend, data }: Static<typeof options>, { place }: CheckedBlock): Issue[] {
  const issues = checkConditions(on, 'on')
  if ((backend === undefined) === (data === undefined))
    issues.push(errorIssue('contradiction', [], 'needs a "backend" or "data", one of them'))
  const blocks = backend?.['extra_config']
  if (isObject(blocks) && blocks['_gw/fallback'] !== undefined && blocks['_gw/fallback'] !== false && blocks['_gw/fallback'] !== null)
    issues.push(errorIssue('contradiction', ['backend', 'extra_config', '_gw/fallback'], 'a fallback has no fallback', 'remove it'))
  const owner = place?.backend ?? null
  if (owner !== null && backendProxyOptions(owner).shadow)
    issues.push(warningIssue('unused-option', [], 'nobody waits for a shadow backend: nothing has to stand in for it', 'remove the block'))
  return issues
}
