// `no-op` where a decoder is asked for all the same: the engine streams such bodies and never decodes them. Knows nothing of streams.

/** No data, whatever the bytes are. */
export function decodeNothing(): null {
  return null
}
