// `no-op` where a decoder is asked for all the same: the engine streams such bodies and never decodes them. Knows nothing of streams.

import { Data } from '../engine/data.ts'

/** No keys, whatever the bytes are. */
export function decodeNothing(): Data {
  return Data.EMPTY
}
