// `proxy.static`: data of the file that is added to an endpoint's answer, or stands in for one.

import { isJsonObject, JsonNumber, setKey, TypedNumber, type JsonObject, type JsonValue } from '../../json/types.ts'
import { encodeSorted } from '../../json/write.ts'
import { step } from '../compile/component.ts'
import { Data } from '../data.ts'
import { asError } from '../errors.ts'
import { proxyOptions } from '../pipe/proxy-block.ts'
import type { PipePlace } from '../compile/site.ts'
import type { Layer, Pipe, PipeResponse } from '../types.ts'

/** Encodings of answers that tell numbers of the file from those of backends, and those that may choose one of them. */
const TYPED_ENCODINGS: ReadonlySet<string> = new Set(['yaml', 'xml', 'negotiate'])

const EXPRESSIONS = 'validation/cel'

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
  build({ place, config, log, label }) {
    const block = place === null ? undefined : proxyOptions(place).static
    if (place === null || block?.data === undefined) return null
    const given = exactIntegers(block.data) as JsonObject
    if (config.quirks.tellsMerges)
      log.debug(`${label}[Static] Adding a static response using '${block.strategy}' strategy. Data: ${encodeSorted(given)}`)
    // perf: where nobody tells them apart, plain numbers cost least
    return staticData(hasTypedNumbers(place) ? (withFloats(given) as JsonObject) : given, block.strategy)
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

/** The data of a file as JSON: integers that a number cannot hold keep their digits. */
export function exactIntegers(value: unknown): JsonValue {
  if (typeof value === 'bigint') return new JsonNumber(String(value))
  if (Array.isArray(value)) return value.map(exactIntegers)
  if (typeof value !== 'object' || value === null) return value as JsonValue
  const copy: JsonObject = {}
  for (const [key, inner] of Object.entries(value)) setKey(copy, key, exactIntegers(inner))
  return copy
}

/**
 * Whether anything of a pipe tells numbers of the file and of scripts from those of backends: expressions, the steps of a sequence, encodings.
 * compat: an unknown encoding of the answer means that of the only backend.
 */
export function hasTypedNumbers(place: PipePlace): boolean {
  const { endpoint, backends, extraConfig } = place
  if ([extraConfig, ...backends.map((backend) => backend.extraConfig)].some((blocks) => blocks.has(EXPRESSIONS))) return true
  const { sequential, strategy } = proxyOptions(place)
  if (sequential === true || strategy === 'sequential') return true
  return [endpoint?.outputEncoding ?? '', ...backends.map(({ encoding }) => encoding)].some((name) => TYPED_ENCODINGS.has(name))
}

/** A copy whose numbers are known to be floats, as KrakenD reads them from the file. */
function withFloats(value: JsonValue): JsonValue {
  if (typeof value === 'number') return new TypedNumber(value, 'float64')
  if (Array.isArray(value)) return value.map(withFloats)
  if (!isJsonObject(value)) return value
  const copy: JsonObject = {}
  for (const [key, inner] of Object.entries(value)) setKey(copy, key, withFloats(inner))
  return copy
}
