// How deeply nested the data of the recursive readers and writers may be. Knows nothing of formats.

import { GatewayError } from '../engine/errors.ts'

/** security: what recurses over data of a backend must end before the stack does. */
export const MAX_DEPTH = 1000

/** What a writer throws beyond that. */
export const TOO_DEEP = new GatewayError('exceeded max depth', { code: 'ERR_ENCODE' })
