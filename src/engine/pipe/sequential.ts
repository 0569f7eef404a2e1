// Calls backends one after the other; later ones may use what earlier ones answered. Knows nothing of what a backend is.

import { copyRequest } from '../body.ts'
import { Data } from '../data.ts'
import { asError, MergeError } from '../errors.ts'
import { formatFloat32 } from '../../go/number.ts'
import { decodeText } from '../../go/text.ts'
import { formatValue } from '../../json/go-format.ts'
import { getKey, isJsonObject, type JsonObject, type JsonValue, TypedNumber } from '../../json/types.ts'
import { combine, type ErrorOrigins, MERGE_TIME_SHARE } from './merge.ts'
import type { Required } from './required.ts'
import type { JoinData } from '../ports.ts'
import type { Revision, StepAnswer } from '../step-answers.ts'
import type { Pipe, PipeRequest, PipeResponse } from '../types.ts'

export interface Step {
  readonly pipe: Pipe
  /** Parameters that its url_pattern names: `Resp0_id`. */
  readonly placeholders: readonly string[]
  /** Whether its answer is a stream (`no-op`), whose text is `RespN`. */
  readonly isStream: boolean
}

export interface SequentialOptions {
  readonly whose: ErrorOrigins
  readonly timeoutMs: number
  /** `sequential_propagated_params` as written. */
  readonly propagated: readonly string[]
  readonly copiesBody: boolean
  /** How parts become one; null for KrakenD's way. */
  readonly join?: JoinData | null
  /** Whether nothing is worth anything without a step; null where that holds for none. */
  readonly required?: Required | null
  /** Whether steps see whole answers of earlier ones. */
  readonly tellsSteps?: boolean
}

/** A value that a later backend wants: field `field` (empty: everything) of what backend `index` answered. */
interface Reference {
  readonly name: string
  readonly index: number
  readonly path: readonly string[]
}

const REFERENCE = /^[Rr]esp(\d+)_?([\w\-.]+)?$/

/** The chain of an endpoint: stops at the first failure; what came before is the answer, unless nothing did. */
export function mergeSequential(steps: readonly Step[], options: SequentialOptions): Pipe {
  const propagated = options.propagated.map(parseReference).filter((reference) => reference !== null)
  const wanted = steps.map((step, index) =>
    [...step.placeholders.map(parseReference).filter((reference) => reference !== null), ...propagated].filter(
      (reference) => reference.index < index,
    ),
  )
  const { tellsSteps = false, join = null, required = null } = options
  const whole = new Set(wanted.flatMap((list) => list.filter(({ path }) => path.length === 0).map(({ index }) => index)))
  const needsText = steps.map(({ isStream }, index) => (tellsSteps && isStream) || whole.has(index))
  return async function callInSequence(request, scope) {
    const budget = scope.child(options.timeoutMs * MERGE_TIME_SHARE)
    const params = new Map(request.params)
    const parts: PipeResponse[] = []
    const texts: (string | null)[] = []
    const start = options.whose.start()
    const fail = (error: Error, index: number): MergeError =>
      new MergeError([error], [options.whose.describe(index, start)], [options.whose.indexOf(index)], true)
    let failure: Error | null = null
    try {
      const first = options.copiesBody || request.body.length !== 0 ? await copyRequest(request) : request
      for (const [index, step] of steps.entries()) {
        for (const reference of wanted[index] as Reference[]) resolveInto(params, reference, parts, texts)
        const own: PipeRequest = { ...first, params: new Map(params), ...(tellsSteps ? { steps: answersOf(parts, texts) } : null) }
        try {
          const response = await step.pipe(own, budget)
          if (response.revision !== undefined) revise(parts, response.revision)
          parts.push(response)
          texts.push(needsText[index] === true && response.body !== null ? await readText(response) : null)
          const missing = required === null ? null : required.failureOf(index, response, budget)
          if (missing !== null) throw missing
          failure = response.error === null ? null : fail(response.error, index)
          if (!response.isComplete || failure !== null) break
        } catch (error) {
          if (index === 0 || required?.isNeeded(index, budget) === true) throw error
          failure = fail(asError(error), index)
          break
        }
      }
    } finally {
      budget.close()
    }
    if (required !== null && parts.length < steps.length) required.refuseUnasked(parts, failure)
    const merged = combine(parts, failure, join)
    return parts.length < steps.length ? { ...merged, isComplete: false } : merged
  }
}

/** What steps have answered so far; each is put together when it is first looked at. */
function answersOf(soFar: readonly PipeResponse[], texts: readonly (string | null)[]): StepAnswer[] {
  const parts = soFar.slice()
  return parts.map(({ backend = null }, index) => {
    let data: Data | null | undefined
    return {
      get data() {
        data ??= mergeLayers(visibleData(parts, index))
        return data
      },
      text: texts[index] ?? null,
      backend,
    }
  })
}

function mergeLayers(layers: readonly Data[]): Data | null {
  return layers.length === 0 ? null : Data.merge(layers)
}

/** Another value in the answer that a step seems to have given: in the part that it is from. */
function revise(parts: PipeResponse[], { step, key, value }: Revision): void {
  const owner = visibleData(parts, step).findLast((data) => data.has(key))
  const index = parts.findLastIndex(({ data }) => data !== null && data === owner)
  const part = parts[index]
  if (part === undefined || owner === undefined) return
  parts[index] = { ...part, data: Data.ofParts(new Map([...owner.parts, [key, value]])) }
}

function parseReference(name: string): Reference | null {
  const parts = REFERENCE.exec(name)
  if (parts === null) return null
  const field = parts[2] ?? ''
  return { name: `R${name.slice(1)}`, index: Number(parts[1]), path: field === '' ? [] : field.split('.') }
}

async function readText(response: PipeResponse): Promise<string> {
  if (Buffer.isBuffer(response.body)) return decodeText(response.body)
  const chunks: Buffer[] = []
  for await (const chunk of response.body ?? []) chunks.push(chunk as Buffer)
  return decodeText(Buffer.concat(chunks))
}

/** A value once found stays for the rest of the chain. */
function resolveInto(
  params: Map<string, string>,
  { name, index, path }: Reference,
  parts: readonly PipeResponse[],
  texts: readonly (string | null)[],
): void {
  if (params.get(name)) return
  const value = path.length === 0 ? texts[index] : valueAt(visibleData(parts, index), path)
  if (value !== null && value !== undefined) params.set(name, value)
}

/** Bytes that are no UTF-8 stay what they are. */
function valueAt(layers: readonly Data[], path: readonly string[]): string | null {
  const [name = '', ...rest] = path
  const foreign = rest.length === 0 ? layers.findLast((data) => data.has(name))?.foreignBytes(name) : null
  return foreign ? decodeText(foreign) : lookUp(layers, path)
}

/**
 * What a backend answered, as later ones see it: an object, and those laid over it.
 * compat: KrakenD merges into the data of the first backend that has any, so that this one seems to have answered everything that came later.
 */
function visibleData(parts: readonly PipeResponse[], index: number): readonly Data[] {
  const first = parts.findIndex(({ data }) => data !== null)
  // Two answers without data are merged into an object of its own.
  const isLaidOver = index === first && first < 2
  return (isLaidOver ? parts.slice(first) : parts.slice(index, index + 1)).map(({ data }) => data).filter((data) => data !== null)
}

/**
 * The value at a dotted path as text, null when there is none.
 * compat: where a level is missing KrakenD looks for the last name at the deepest level it reached.
 */
function lookUp(layers: readonly Data[], path: readonly string[]): string | null {
  const atTop = (name: string): JsonValue | undefined => {
    const layer = layers.findLast((data) => data.has(name))
    return layer === undefined ? undefined : getKey(layer.object, name)
  }
  let level: JsonObject | null = null
  for (const name of path.slice(0, -1)) {
    const next: JsonValue | undefined = level === null ? atTop(name) : getKey(level, name)
    if (!isJsonObject(next)) break
    level = next
  }
  const last = path.at(-1) as string
  const value = level === null ? atTop(last) : getKey(level, last)
  return value === undefined ? null : toText(value)
}

/** Go's text of a value: elements joined by commas at the top, `%v` below. A number of a backend keeps its text, one of the gateway's own is a float. */
function toText(value: JsonValue): string {
  if (value instanceof TypedNumber && value.type === 'float64') return formatFloat32(Number(value.text))
  return Array.isArray(value) ? value.map(formatValue).join(',') : formatValue(value)
}
