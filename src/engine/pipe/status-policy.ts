// What becomes of a backend's status that is neither 200 nor 201, as its `backend/http` block says.

import type { Quirks } from '../../config/dialect.ts'
import type { BackendConfig } from '../../config/types.ts'
import { decodeText } from '../../go/text.ts'
import { TypedNumber, type JsonObject } from '../../json/types.ts'
import { Type } from '../../schema/type.ts'
import { wholeBody } from '../body.ts'
import { block } from '../compile/component.ts'
import { optionsOf } from '../compile/read-block.ts'
import { Data } from '../data.ts'
import { StatusError } from '../errors.ts'
import type { BackendResponse, PipeResponse } from '../types.ts'

export const backendHttp = block({
  namespace: 'backend/http',
  options: Type.Object({
    return_error_details: Type.Optional(
      Type.Unsafe<unknown>({
        type: 'string',
        keepsWrong: true,
        description: 'A bad status becomes data under `error_NAME`: status, body and content type.',
      }),
    ),
    return_error_code: Type.Boolean({
      default: false,
      description: 'A single backend’s bad status, body and content type are the answer.',
    }),
  }),
})

/** Throws, or gives data in place of the error. */
export type StatusPolicy = (response: BackendResponse) => PipeResponse

/** What of a bad status reaches the client: its body under a name, its body as it is, or nothing. */
type ErrorDetail = { readonly kind: 'details'; readonly name: string } | { readonly kind: 'code' } | { readonly kind: 'none' }

/** Details win over the code; a name of details that is no text, or empty, switches both off. */
function errorDetailOf(backend: BackendConfig, quirks: Quirks): ErrorDetail {
  const { return_error_details: name, return_error_code: code } = optionsOf(backendHttp, backend.extraConfig)
  if (name !== undefined) return typeof name === 'string' && name !== '' ? { kind: 'details', name } : { kind: 'none' }
  return code && quirks.returnsErrorCode ? { kind: 'code' } : { kind: 'none' }
}

/** Whether the bodies of bad statuses are read: they mean something to somebody then. */
export function readsErrorBodies(backend: BackendConfig, quirks: Quirks): boolean {
  return errorDetailOf(backend, quirks).kind !== 'none'
}

/** Whether a bad status of this backend is the client's, where it is the only one. */
export function passesStatus(backend: BackendConfig, quirks: Quirks): boolean {
  return errorDetailOf(backend, quirks).kind === 'code'
}

/** `mask` takes secrets out of texts: backends like to repeat what they were asked. */
export function compileStatusPolicy(backend: BackendConfig, quirks: Quirks, mask: (text: string) => string): StatusPolicy {
  const detail = errorDetailOf(backend, quirks)
  if (detail.kind === 'details') return giveDetails(detail.name, quirks, mask)
  if (detail.kind === 'code') return passOn
  const describe = compileDescription(backend, quirks)
  return function refuse(response) {
    throw new StatusError(describe(response), response)
  }
}

/** compat: a body that cannot be read is empty; the status counts all the same. Bytes that are no UTF-8 stay what they are (`encodeText`). */
function textOfBody({ body, bodyFailure }: BackendResponse): string {
  return bodyFailure ? '' : decodeText(wholeBody(body))
}

function passOn(response: BackendResponse): never {
  throw new StatusError(textOfBody(response), response, {
    statusCode: response.statusCode,
    contentType: response.headers.get('Content-Type') ?? null,
  })
}

function compileDescription(backend: BackendConfig, quirks: Quirks): (response: BackendResponse) => string {
  if (!quirks.describesBadStatus) return () => 'Invalid status code'
  return ({ statusCode, url }) => `invalid status code ${statusCode} [${backend.writtenMethod} ${backend.urlPattern}]: ${url}`
}

function giveDetails(name: string, quirks: Quirks, mask: (text: string) => string): StatusPolicy {
  return function describeFailure(response) {
    // JSON is UTF-8: bytes of other charsets become U+FFFD.
    const body = mask(textOfBody(response).toWellFormed())
    const encoding = response.headers.get('Content-Type')
    const details: JsonObject = {
      http_status_code: new TypedNumber(response.statusCode, 'int'),
      ...(body === '' ? null : { http_body: body }),
      ...(encoding && quirks.tellsErrorEncoding ? { http_body_encoding: encoding } : null),
    }
    return {
      data: Data.of({ [`error_${name}`]: details }),
      isComplete: false,
      error: null,
      statusCode: response.statusCode,
      headers: null,
      body: null,
    }
  }
}
