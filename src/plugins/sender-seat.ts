// Plugins in the place of the HTTP client of a backend, or around it.

import { Readable } from 'node:stream'
import { discardBody } from '../engine/body.ts'
import type { BackendRequest, BackendResponse } from '../engine/types.ts'
import { readRawBody } from './body.ts'
import { rawAnswerOf } from './raw-answer.ts'
import type { RequestContext } from './request.ts'
import { RawResponse } from './response.ts'
import type { Seat } from './seat.ts'
import { WireRequest } from './wire-request.ts'

export function senderSeat(context: RequestContext): Seat<BackendRequest, BackendResponse> {
  const { maxBody } = context
  return {
    request: (input, scope) => new WireRequest(input, scope, context),
    response: (output) => rawResponseOf(output, maxBody),
    output(answer, input) {
      const source = answer instanceof RawResponse && isBackendResponse(answer.source) ? answer.source : null
      if (source !== null && answer instanceof RawResponse && !answer.isWritten) {
        answer.takeBody()
        return source
      }
      const { status: statusCode, headers, body } = rawAnswerOf(answer)
      const url = source?.url ?? input.origin + input.path
      const isBroken = source?.bodyFailure && answer instanceof RawResponse && !answer.isBodyWritten
      const made = { statusCode, headers, url, ...(isBroken ? { bodyFailure: source.bodyFailure } : null) }
      if (!(body instanceof Readable)) return { ...made, body: body ?? Buffer.alloc(0) }
      if (input.wantsStream) return { ...made, body }
      return readRawBody(body, input.maxBodyBytes ?? Infinity).then((bytes) => ({ ...made, body: bytes }))
    },
    isWhole: () => true,
    discard: ({ body }) => discardBody(body),
    maxCalls: Infinity,
    ownTimeMs: null,
  }
}

function isBackendResponse(source: unknown): source is BackendResponse {
  return typeof source === 'object' && source !== null && 'url' in source
}

/** What a backend answered as a plugin sees it; `error` says why not all of it came. */
export function rawResponseOf(output: BackendResponse, maxBody: number): RawResponse {
  const { statusCode: status, headers, body, bodyFailure: error = null } = output
  return new RawResponse(output, body, { status, headers, complete: error === null, error, maxBody, backend: output })
}
