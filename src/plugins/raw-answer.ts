// Any answer as status, headers and bytes: what it is where nothing is decoded.

import { HeaderMap, type ReadonlyHeaders } from '../engine/headers.ts'
import { NewAnswer } from './answers.ts'
import type { RawBody } from './body.ts'
import { stringifyJson } from './json-values.ts'
import { type LightResponse, RawResponse } from './response.ts'

export interface RawAnswer {
  readonly status: number
  readonly headers: ReadonlyHeaders
  /** Bytes or a stream; null for none. */
  readonly body: Exclude<RawBody, string>
  readonly complete: boolean
}

/** Throws ERR_BODY_TAKEN where the body is gone. */
export function rawAnswerOf(answer: LightResponse | NewAnswer): RawAnswer {
  const { status, complete } = answer
  if (answer instanceof RawResponse) {
    return { status, complete, headers: answer.currentHeaders ?? new HeaderMap(), body: asBytes(answer.takeBody()) }
  }
  if (answer instanceof NewAnswer && answer.data === undefined)
    return { status, complete, headers: answer.headers, body: asBytes(answer.body) }
  const given = answer instanceof NewAnswer ? answer.headers : answer.currentHeaders
  const headers = given?.copy() ?? new HeaderMap()
  if (!headers.has('Content-Type')) headers.set('Content-Type', 'application/json')
  return { status, complete, headers, body: Buffer.from(stringifyJson(answer.data)) }
}

function asBytes(body: RawBody): RawAnswer['body'] {
  return typeof body === 'string' ? Buffer.from(body) : body
}
