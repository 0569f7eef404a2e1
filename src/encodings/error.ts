// The one error a decoder throws. Knows nothing of encodings.

import { GatewayError } from '../engine/errors.ts'

/** A backend's body that is not what its `encoding` says. */
export function decodeError(message: string): GatewayError {
  return new GatewayError(message, { code: 'ERR_DECODE', source: 'backend' })
}
