// What a request gets that a broker or a cloud could not serve.

import { GatewayError } from '../engine/errors.ts'

/** A request that comes while a broker is away. compat: KrakenD's text. */
export const NOT_CONNECTED = new GatewayError('connection not available, trying to reconnect', {
  code: 'ERR_BROKER_DOWN',
  source: 'backend',
})

/** What a broker or a cloud said when something could not be done. */
export function brokerError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  const { message } = error as Error
  return new GatewayError(message, { code: 'ERR_BROKER', source: 'backend', cause: error })
}
