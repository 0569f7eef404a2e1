// Component `_gw/for-each`: calls a backend once for each element of a list, and puts the results together.

import { component } from '../../../engine/compile/component.ts'
import { Data } from '../../../engine/data.ts'
import { MERGE_TIME_SHARE } from '../../../engine/pipe/merge.ts'
import { showExchange } from '../../../engine/ports.ts'
import type { Revision, StepAnswer } from '../../../engine/step-answers.ts'
import type { PipeRequest, PipeResponse } from '../../../engine/types.ts'
import { valueAt } from '../../../json/path.ts'
import { getKey, isJsonArray, isJsonObject, type JsonObject, type JsonValue, setKey } from '../../../json/types.ts'
import { callError, compileSubject, namesAt, sourceOf } from '../values.ts'
import { runLoop, type Turn } from './loop.ts'
import { checkForEach, type Options, options, STEP_LIST } from './options.ts'

/** Lines of the log for one request: lists may be the client's. */
const MAX_TOLD = 10

export const forEach = component({
  stage: 'backend',
  namespace: '_gw/for-each',
  options,
  check: checkForEach,
  build(given, site) {
    const { backend, endpoint, place, config } = site
    if (backend === null || place === null) return null
    showExchange(site)
    const source = sourceOf(given.in, { ...namesAt(endpoint, backend, config.dialect), hasItem: false })
    if (typeof source === 'string') return null
    const read = compileSubject([source])
    const isClients = source.isClients === true
    const init = { concurrency: given.concurrency, endsAtFailure: given.on_error === 'fail', isClients }
    const budgetMs = place.timeoutMs * MERGE_TIME_SHARE
    const tell = (text: string): void => site.log.error(`${site.label}[ForEach] ${text}`)
    return (next) =>
      async function callForEach(request, scope) {
        const subject = await read(request, scope)
        const list = (source.list ?? source.find)(subject) ?? []
        if (!isJsonArray(list)) throw callError(`${given.in} is no list`, false)
        if (list.length > given.max) throw callError(`${given.in} has ${list.length} elements, more than ${given.max}`, isClients)
        if (given.into !== undefined && !list.every(isJsonObject)) throw callError(`${given.in} has elements that are no objects`, false)
        const turns = await runLoop(next, list, request, scope.child(budgetMs), init)
        // Whose whole request is over is told so.
        if (!scope.ended) tellFailures(turns, tell)
        return answerOf(given, list, turns, request)
      }
  },
})

/** Nobody else tells of elements that are left out. */
function tellFailures(turns: readonly Turn[], tell: (text: string) => void): void {
  let count = 0
  for (const [index, turn] of turns.entries())
    if (turn instanceof Error && ++count <= MAX_TOLD) tell(`Error of element ${index}: ${turn.message}`)
  if (count > MAX_TOLD) tell(`Errors of ${count - MAX_TOLD} more elements`)
}

function answerOf(given: Options, list: readonly JsonValue[], turns: readonly Turn[], { steps }: PipeRequest): PipeResponse {
  const failures = turns.filter((turn) => turn instanceof Error).length
  const isComplete = turns.every((turn) => !(turn instanceof Error) && turn.isComplete)
  const isTolerated = !isComplete && failures < turns.length
  const common = { isComplete, error: null, statusCode: 0, headers: null, body: null, ...(isTolerated ? ({ isTolerated } as const) : null) }
  const results = turns.map((turn) => resultOf(turn, given.on_error === 'null'))
  if (given.into === undefined) {
    const named: JsonObject = {}
    setKey(
      named,
      given.as,
      results.filter((result) => result !== undefined),
    )
    return { ...common, data: Data.of(named) }
  }
  if (list.length === 0) return { ...common, data: Data.EMPTY }
  const path = given.into.split('.')
  const elements = list.map((element, index) => {
    const result = results[index]
    return result === undefined ? element : withMember(element as JsonObject, path, result)
  })
  return { ...common, data: Data.EMPTY, revision: revisionOf(given.in, elements, steps ?? []) }
}

/** Undefined for what is left out. */
function resultOf(turn: Turn, isNull: boolean): JsonValue | undefined {
  if (turn instanceof Error) return isNull ? null : undefined
  return turn.data === null ? null : turn.data.object
}

/** A copy with another value at a dotted path; what is no object on the way becomes one. */
function withMember(object: JsonObject, [name = '', ...rest]: readonly string[], value: JsonValue): JsonObject {
  const copy = { ...object }
  const inner = getKey(object, name)
  setKey(copy, name, rest.length === 0 ? value : withMember(isJsonObject(inner) ? inner : {}, rest, value))
  return copy
}

/** The top-level value of a step's data with other elements in the list. */
function revisionOf(name: string, elements: JsonValue[], steps: readonly StepAnswer[]): Revision {
  const [, digits, written = ''] = STEP_LIST.exec(name) ?? []
  const step = Number(digits)
  const [key = '', ...path] = written.split('.')
  const value = valueAt(steps[step]?.data?.object, [key])
  return { step, key, value: replaceAt(value, path, elements) }
}

function replaceAt(value: JsonValue | undefined, [name, ...rest]: readonly string[], elements: JsonValue[]): JsonValue {
  if (name === undefined) return elements
  if (isJsonArray(value)) return value.map((element, index) => (String(index) === name ? replaceAt(element, rest, elements) : element))
  const copy: JsonObject = isJsonObject(value) ? { ...value } : {}
  setKey(copy, name, replaceAt(getKey(copy, name), rest, elements))
  return copy
}
