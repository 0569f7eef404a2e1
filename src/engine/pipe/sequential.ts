// Calls backends one after the other; later ones may use what earlier ones answered. Knows nothing of what a backend is.

import { copyRequest } from '../body.ts'
import { asError } from '../errors.ts'
import { formatValue } from '../../json/go-format.ts'
import { getKey, isJsonObject, type JsonObject, type JsonValue } from '../../json/types.ts'
import { combine, MERGE_TIME_SHARE } from './merge.ts'
import type { Pipe, PipeRequest, PipeResponse } from '../types.ts'

export interface Step {
  readonly pipe: Pipe
  /** Parameters that its url_pattern names: `Resp0_id`. */
  readonly placeholders: readonly string[]
  /** Whether its answer is a stream (`no-op`), whose text is `RespN`. */
  readonly isStream: boolean
}

export interface SequentialOptions {
  readonly timeoutMs: number
  /** `sequential_propagated_params` as written. */
  readonly propagated: readonly string[]
  readonly copiesBody: boolean
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
  const needsText = steps.map((_step, index) =>
    wanted.some((list) => list.some((reference) => reference.index === index && reference.path.length === 0)),
  )
  return async function callInSequence(request, scope) {
    const budget = scope.child(options.timeoutMs * MERGE_TIME_SHARE)
    const first = options.copiesBody || request.body.length !== 0 ? await copyRequest(request) : request
    const params = new Map(request.params)
    const parts: PipeResponse[] = []
    const texts: (string | null)[] = []
    let failure: Error | null = null
    try {
      for (const [index, step] of steps.entries()) {
        for (const reference of wanted[index] as Reference[]) resolveInto(params, reference, parts, texts)
        const own: PipeRequest = { ...first, params: new Map(params) }
        try {
          const response = await step.pipe(own, budget)
          parts.push(response)
          texts.push(needsText[index] === true && response.body !== null ? await readText(response) : null)
          failure = response.error
          if (!response.isComplete || failure !== null) break
        } catch (error) {
          if (index === 0) throw error
          failure = asError(error)
          break
        }
      }
    } finally {
      budget.close()
    }
    const merged = combine(parts, failure)
    return parts.length < steps.length ? { ...merged, isComplete: false } : merged
  }
}

function parseReference(name: string): Reference | null {
  const parts = REFERENCE.exec(name)
  if (parts === null) return null
  const field = parts[2] ?? ''
  return { name: `R${name.slice(1)}`, index: Number(parts[1]), path: field === '' ? [] : field.split('.') }
}

async function readText(response: PipeResponse): Promise<string> {
  if (Buffer.isBuffer(response.body)) return response.body.toString('utf8')
  const chunks: Buffer[] = []
  for await (const chunk of response.body ?? []) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** A value once found stays for the rest of the chain. */
function resolveInto(
  params: Map<string, string>,
  { name, index, path }: Reference,
  parts: readonly PipeResponse[],
  texts: readonly (string | null)[],
): void {
  if (params.get(name)) return
  const value = path.length === 0 ? texts[index] : lookUp(parts[index]?.data?.object, path)
  if (value !== null && value !== undefined) params.set(name, value)
}

/**
 * The value at a dotted path as text, null when there is none.
 * compat: where a level is missing KrakenD looks for the last name at the deepest level it reached.
 */
function lookUp(data: JsonObject | undefined, path: readonly string[]): string | null {
  if (data === undefined) return null
  let level = data
  for (const name of path.slice(0, -1)) {
    const next = getKey(level, name)
    if (!isJsonObject(next)) break
    level = next
  }
  const value = getKey(level, path.at(-1) as string)
  return value === undefined ? null : toText(value)
}

/** Go's text of a value: elements joined by commas at the top, `%v` below. */
function toText(value: JsonValue): string {
  return Array.isArray(value) ? value.map(formatValue).join(',') : formatValue(value)
}
