// `proxy.static`: data of the file that is added to an endpoint's answer, or stands in for one.

import type { JsonObject } from '../../json/types.ts'
import { step } from '../compile/component.ts'
import { Data } from '../data.ts'
import { asError } from '../errors.ts'
import { proxyOptions } from '../pipe/proxy-block.ts'
import type { Layer, Pipe, PipeResponse } from '../types.ts'

type Condition = (response: PipeResponse | null, error: Error | null) => boolean

/** An unknown strategy counts as `always`. */
const CONDITIONS: ReadonlyMap<string, Condition> = new Map<string, Condition>([
  ['success', (_response, error) => error === null],
  ['errored', (_response, error) => error !== null],
  ['complete', (response, error) => error === null && response !== null && response.isComplete],
  ['incomplete', (response) => response === null || !response.isComplete],
])

export const staticAnswers = step({
  stage: 'proxy',
  name: 'static',
  build({ place }) {
    const block = place === null ? undefined : proxyOptions(place).static
    return block?.data === undefined ? null : staticData(block.data as JsonObject, block.strategy)
  },
})

export function staticData(object: JsonObject, strategy: string): Layer<Pipe> {
  const data = Data.of(object)
  const applies = CONDITIONS.get(strategy) ?? (() => true)
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
