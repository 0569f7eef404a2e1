// The innermost pipe: one HTTP call, then status policy, decoding and manipulation. How bytes travel is the sender's business.

import type { Quirks } from '../../config/dialect.ts'
import type { BackendConfig } from '../../config/types.ts'
import { wholeBody } from '../body.ts'
import { Data } from '../data.ts'
import { passedCompanions, wantedUpgrade } from '../ports.ts'
import type { BackendRequest, BackendResponse, Decode, Pipe, PipeResponse, Sender } from '../types.ts'
import { compileBrokenDecoder } from './broken-body.ts'
import { compileStatusPolicy } from './status-policy.ts'

export interface BackendInit {
  readonly backend: BackendConfig
  readonly quirks: Quirks
  readonly sender: Sender
  /** `BackendRequest.spellings` of the endpoint. */
  readonly spellings: ReadonlyMap<string, string> | null
  readonly decode: Decode
  /** Takes secrets out of texts. */
  readonly mask: (text: string) => string
  /** Whether its endpoint passes more than an answer: interim ones, trailers, other protocols. */
  readonly isLive: boolean
  /** Whether answers say what the backend itself answered (`PipeResponse.backend`). */
  readonly tellsBackend: boolean
  /** Bytes of an answer that may be kept in memory; Infinity for any. */
  readonly maxBodyBytes: number
  /** Target, filters, mapping and group; null when there is nothing to do. */
  readonly manipulate: ((data: Data | null) => Data | null) | null
}

export function compileBackend(init: BackendInit): Pipe {
  const { sender, spellings } = init
  if (init.backend.encoding === 'no-op') return streamFrom(init)
  const { decode, manipulate, maxBodyBytes, tellsBackend } = init
  const decodeBroken = compileBrokenDecoder(init.backend.encoding, decode)
  const onBadStatus = compileStatusPolicy(init.backend, init.quirks, init.mask)
  const toResponse = (response: BackendResponse): PipeResponse => {
    if (response.statusCode !== 200 && response.statusCode !== 201) return onBadStatus(response)
    const bytes = wholeBody(response.body)
    const decoded = response.bodyFailure ? decodeBroken(bytes, response.bodyFailure) : decode(bytes)
    const data = manipulate === null ? decoded : manipulate(decoded)
    // security: status and headers of a backend are its own business once its data is decoded: what stands in a response is for the client.
    return { data, isComplete: true, error: null, statusCode: 0, headers: null, body: null }
  }
  return function callBackend(request, scope) {
    const { method, origin, path, headers, body, span } = request
    const call: BackendRequest = {
      method,
      origin,
      path,
      headers,
      body,
      wantsStream: false,
      keepsBrokenBody: true,
      maxBodyBytes,
      spellings,
      span,
    }
    return sender(call, scope).then(tellsBackend ? (response) => ({ ...toResponse(response), backend: headOf(response) }) : toResponse)
  }
}

/** perf: without the bytes, which caches would keep. */
function headOf({ statusCode, headers, url }: BackendResponse): NonNullable<PipeResponse['backend']> {
  return { statusCode, headers, url }
}

/** `no-op`: the answer goes through as it is, whatever its status. */
function streamFrom({ sender, spellings, isLive, tellsBackend }: BackendInit): Pipe {
  const toResponse = (response: BackendResponse): PipeResponse => ({
    data: Data.EMPTY,
    isComplete: true,
    error: null,
    statusCode: response.statusCode,
    headers: response.headers,
    body: response.body,
    ...(tellsBackend ? { backend: headOf(response) } : null),
  })
  if (isLive)
    return function streamLive(request, scope) {
      const { method, origin, path, headers, body, span } = request
      const upgrade = wantedUpgrade.get(scope) ?? null
      const companions = passedCompanions.get(scope)
      return sender({ method, origin, path, headers, body, wantsStream: true, spellings, upgrade, companions, span }, scope).then(
        toResponse,
      )
    }
  return function streamBackend(request, scope) {
    const { method, origin, path, headers, body, span } = request
    return sender({ method, origin, path, headers, body, wantsStream: true, spellings, span }, scope).then(toResponse)
  }
}
