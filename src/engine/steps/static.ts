// `proxy.static`: data of the file that is added to an endpoint's answer, or stands in for one.

import { Data } from '../data.ts'
import { asError } from '../errors.ts'
import type { JsonObject } from '../../json/types.ts'
import type { Layer, Pipe, PipeResponse } from '../types.ts'

type Condition = (response: PipeResponse | null, error: Error | null) => boolean

/** An unknown strategy counts as `always`. */
const CONDITIONS: ReadonlyMap<string, Condition> = new Map<string, Condition>([
  ['success', (_response, error) => error === null],
  ['errored', (_response, error) => error !== null],
  ['complete', (response, error) => error === null && response !== null && response.isComplete],
  ['incomplete', (response) => response === null || !response.isComplete],
])

/** `block` is the value of `static`; null when it holds no data object. */
export function staticData(block: unknown): Layer<Pipe> | null {
  if (!isObject(block) || !isObject(block['data'])) return null
  const data = Data.of(block['data'] as JsonObject)
  const applies = CONDITIONS.get(String(block['strategy'])) ?? (() => true)
  const add = (response: PipeResponse): PipeResponse => ({
    ...response,
    data: response.data === null ? data : Data.merge([response.data, data]),
  })
  return (next) =>
    function addStaticData(request, scope) {
      return next(request, scope).then(
        (response) => (applies(response, response.error) ? add(response) : response),
        (thrown: unknown) => {
          const error = asError(thrown)
          if (!applies(null, error)) throw error
          return { data, isComplete: false, error, statusCode: 0, headers: null, body: null }
        },
      )
    }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
