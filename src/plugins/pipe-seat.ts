// Plugins in pipes: at an endpoint, at an agent, and at a backend.

import { discardBody } from '../engine/body.ts'
import { Data } from '../engine/data.ts'
import type { Decode, PipeRequest, PipeResponse } from '../engine/types.ts'
import { isJsonObject, type JsonValue } from '../json/types.ts'
import { NewAnswer } from './answers.ts'
import { readRawBody } from './body.ts'
import { EndpointRequest } from './endpoint-request.ts'
import { rawAnswerOf } from './raw-answer.ts'
import type { RequestContext } from './request.ts'
import { DataResponse, type LightResponse, RawResponse } from './response.ts'
import type { Seat } from './seat.ts'
import { WireRequest } from './wire-request.ts'

export interface PipeSeatInit {
  readonly context: RequestContext
  /** Whether what comes back is bytes (`no-op`). */
  readonly isRaw: boolean
  /** How a backend's bytes become data; null at an endpoint, where bytes go past the encoding. */
  readonly decode: Decode | null
}

type PipeSeat = Seat<PipeRequest, PipeResponse>
type Given = LightResponse | NewAnswer

const EMPTY: PipeResponse = { data: Data.EMPTY, isComplete: true, error: null, statusCode: 0, headers: null, body: null }

export function pipeSeat({ context, isRaw, decode }: PipeSeatInit): PipeSeat {
  const { maxBody } = context
  const isAtBackend = decode !== null
  const request: PipeSeat['request'] = isAtBackend
    ? (input, scope) => new WireRequest(input, scope, context)
    : (input, scope) => new EndpointRequest(input, scope, context)
  return {
    request,
    // Among decoded answers stands a raw one where a plugin further in has answered with bytes.
    response: (output) =>
      isRaw || output.fixed === 'answer'
        ? rawResponse(output, maxBody, isAtBackend)
        : new DataResponse(output, { maxBody, backend: backendOf(output, isAtBackend) }),
    output: isRaw ? rawOutput : isAtBackend ? decodedOutput(decode, maxBody) : dataOutput,
    isWhole: ({ error }) => error === null,
    discard: ({ body }) => discardBody(body),
    maxCalls: Infinity,
    ownTimeMs: null,
  }
}

/** Only at a backend: further out nobody knows whose answer it is. */
function backendOf({ backend }: PipeResponse, isAtBackend: boolean): NonNullable<PipeResponse['backend']> | null {
  return isAtBackend ? (backend ?? null) : null
}

function rawResponse(source: PipeResponse, maxBody: number, isAtBackend: boolean): RawResponse {
  const { statusCode, headers, body, isComplete: complete, error } = source
  const status = statusCode === 0 ? 200 : statusCode
  return new RawResponse(source, body, { status, headers, complete, error, maxBody, backend: backendOf(source, isAtBackend) })
}

/** Where answers are bytes; `fixed` stays that of what came. */
function rawOutput(answer: Given): PipeResponse {
  const source = answer instanceof RawResponse && isPipeResponse(answer.source) ? answer.source : null
  if (source !== null && answer instanceof RawResponse && !answer.isWritten && answer.complete === source.isComplete) {
    answer.takeBody()
    return source
  }
  const { status: statusCode, headers, body, complete: isComplete } = rawAnswerOf(answer)
  return { ...(source ?? EMPTY), isComplete, statusCode, headers, body }
}

function isPipeResponse(source: unknown): source is PipeResponse {
  return typeof source === 'object' && source !== null && 'isComplete' in source
}

/** Where an encoding writes what is decoded. Bytes go past it. */
function dataOutput(answer: Given): PipeResponse {
  if (answer instanceof DataResponse) return writtenData(answer)
  if (answer instanceof NewAnswer && (answer.data !== undefined || answer.body === null)) return madeData(answer)
  const output = rawOutput(answer)
  return output.fixed === 'answer' ? output : { ...output, fixed: 'answer' }
}

/** The same at a backend: bytes are decoded by its `encoding`, nothing else is done to them. */
function decodedOutput(decode: Decode, maxBody: number): (answer: Given) => PipeResponse | Promise<PipeResponse> {
  return function decodeOwn(answer) {
    const isBytes = answer instanceof RawResponse || (answer instanceof NewAnswer && answer.body !== null)
    if (!isBytes) return dataOutput(answer)
    const { status: statusCode, headers, body, complete: isComplete } = rawAnswerOf(answer)
    return readRawBody(body, maxBody).then((bytes) => {
      const made: PipeResponse = { ...EMPTY, data: decode(bytes), isComplete }
      // What another host says of itself is not for the client; what the plugin says is.
      if (!(answer instanceof NewAnswer)) return made
      const own = headers.copy()
      own.delete('Content-Type')
      return { ...made, statusCode, headers: own, fixed: 'head' }
    })
  }
}

function writtenData(answer: DataResponse): PipeResponse {
  const { source, isHeadWritten, isDataRead } = answer
  if (!isDataRead && !isHeadWritten && answer.complete === source.isComplete) return source
  const data = isDataRead ? dataOf(answer.writtenData()) : source.data
  const written = { ...source, data, isComplete: answer.complete }
  return isHeadWritten ? { ...written, statusCode: answer.status, headers: answer.currentHeaders, fixed: 'head' } : written
}

function madeData({ status: statusCode, headers, data = {}, complete: isComplete }: NewAnswer): PipeResponse {
  return { ...EMPTY, data: dataOf(data), isComplete, statusCode, headers, fixed: 'head' }
}

/** Any value as the data of an answer: lists and what is no object under a key, as safe JSON of a backend. */
function dataOf(value: JsonValue): Data | null {
  if (value === null) return null
  if (isJsonObject(value)) return Data.of(value)
  return Data.wrapped(Array.isArray(value) ? 'collection' : 'content', value)
}
