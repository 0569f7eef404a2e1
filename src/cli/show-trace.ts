// A request that was traced, as text and as JSON.

import { escapeControls } from '../engine/printable.ts'
import type { Step, TracedRequest } from '../explain/trace-request.ts'
import type { Paint } from './command.ts'
import { padTo } from './table.ts'

const TIME_WIDTH = 9
const PLACE_WIDTH = 11
/** Below the text of a step. */
const INDENT = ' '.repeat(TIME_WIDTH + 4 + PLACE_WIDTH + 2)
const MARKS = { in: ' ', call: '→', answer: '←', out: ' ', error: '✗' } as const

/** Every step a line, then status and header of the answer, with a line feed at the end of every line. */
export function showTrace(traced: TracedRequest, request: string, paint: Paint): string {
  const { statusCode, headers, endpoint, failure, isCut, tookMs, log } = traced
  // security: what clients and backends say must not reach the terminal as commands
  const steps = traced.steps.map((step) => ({ ...step, changes: step.changes.map(escapeControls) }))
  const fields = headers.names().flatMap((name) => headers.values(name).map((value) => `${name}: ${escapeControls(value)}\n`))
  const status = paint(String(statusCode), statusCode < 400 ? 'green' : 'red')
  return [
    `${paint(request, 'bold')}${endpoint === null ? '   no endpoint answers this' : `   ${endpoint} of the file`}\n`,
    ...steps.flatMap((step) => showStep(step, paint)),
    ...log.map((line) => `${' '.repeat(TIME_WIDTH)}  ${paint(`log: ${escapeControls(line)}`, 'yellow')}\n`),
    ...(failure === null ? [] : [`${' '.repeat(TIME_WIDTH)}  ${paint(`failure: ${escapeControls(failure.message)}`, 'red')}\n`]),
    ...(isCut ? [`${' '.repeat(TIME_WIDTH)}  ${paint('the answer broke off', 'red')}\n`] : []),
    `\n${status} after ${tookMs.toFixed(1)} ms\n`,
    ...fields,
    '\n',
  ].join('')
}

function showStep({ atMs, kind, layer, stage, backend, changes, tookMs }: Step, paint: Paint): string[] {
  const time = paint(padTo(`${atMs.toFixed(1)} ms`.padStart(TIME_WIDTH), TIME_WIDTH), 'dim')
  const place = padTo(backend === null ? stage : `backend ${backend}`, PLACE_WIDTH)
  const head = `${time}  ${MARKS[kind]} ${place}`
  if (kind === 'call') return [`${head}${paint(changes[0] ?? '', 'cyan')}\n`, ...changes.slice(1).map((text) => `${INDENT}${text}\n`)]
  if (kind === 'answer') return [`${head}${paint(`${changes.join(' ')}   (${(tookMs ?? 0).toFixed(1)} ms)`, 'cyan')}\n`]
  if (kind === 'error') return [`${head}${layer}: ${paint(changes.join(' '), 'red')}\n`]
  const title = `${head}${layer}${kind === 'out' ? ': answer' : ''}`
  if (changes.length === 1) return [`${title}   ${changes[0]}\n`]
  return [`${title}\n`, ...changes.map((change) => `${INDENT}${change}\n`)]
}

/** Header fields by name; the body as text, where it is none in base64. */
export function traceAsJson(traced: TracedRequest): unknown {
  const { headers, body, failure, ...rest } = traced
  const text = body === null ? null : new TextDecoder('utf-8', { fatal: false }).decode(body)
  const isText = text === null || Buffer.from(text).equals(body as Buffer)
  return {
    ...rest,
    failure: failure?.message ?? null,
    headers: Object.fromEntries(headers.names().map((name) => [name, headers.values(name)])),
    ...(isText ? { body: text } : { bodyBase64: (body as Buffer).toString('base64') }),
  }
}
