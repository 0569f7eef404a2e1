// How an HTTP request to a backend goes, for those who measure it: notes of the wire that all of them share, and the end of its body.

import type { BackendRequest, BackendResponse, CallCourse } from '../../engine/types.ts'

/** The notes that somebody outside has asked the wire for, else new ones. */
export function courseOf({ course }: BackendRequest): CallCourse {
  return course ?? { connectedMs: 0, resolvedMs: 0, tlsStartMs: 0, tlsEndMs: 0, headMs: 0, bodyBytes: 0 }
}

/** Calls `onEnd` when the body has been read or given up, with what broke it off. */
export function onBodyEnd({ body, bodyFailure = null }: BackendResponse, onEnd: (failure: Error | null) => void): void {
  if (Buffer.isBuffer(body)) {
    onEnd(bodyFailure)
    return
  }
  let failure: Error | null = null
  body.once('error', (error: Error) => {
    failure = error
  })
  body.once('close', () => onEnd(failure))
}
