// How a call ended, in the words of OpenCensus: the codes of gRPC.

import type { Span } from '../tracer.ts'

/** Code and name by HTTP status. */
const BY_STATUS: ReadonlyMap<number, readonly [number, string]> = new Map([
  [400, [3, 'INVALID_ARGUMENT']],
  [401, [16, 'UNAUTHENTICATED']],
  [403, [7, 'PERMISSION_DENIED']],
  [404, [5, 'NOT_FOUND']],
  [422, [3, 'INVALID_ARGUMENT']],
  [429, [8, 'RESOURCE_EXHAUSTED']],
  [499, [1, 'CANCELLED']],
  [501, [12, 'UNIMPLEMENTED']],
  [503, [14, 'UNAVAILABLE']],
  [504, [4, 'DEADLINE_EXCEEDED']],
])
const OK: readonly [number, string] = [0, 'OK']
const UNKNOWN: readonly [number, string] = [2, 'UNKNOWN']

export interface CensusStatus {
  /** 0 where it is good. */
  readonly code: number
  readonly name: string
  /** What failed, or the name again. */
  readonly message: string
}

/** Null for spans that have none: only calls of backends do. */
export function censusStatus({ status, statusText, attributes }: Span): CensusStatus | null {
  if (status === 'unset') return null
  const known = BY_STATUS.get(Number(attributes['http.status_code'])) ?? UNKNOWN
  const [code, name] = status === 'ok' ? OK : statusText === '' ? known : UNKNOWN
  return { code, name, message: statusText === '' ? name : statusText }
}
