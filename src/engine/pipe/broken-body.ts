// Bodies that end before their end. Go's decoders stop behind the value they read, and never learn what is wrong there.

import type { Data } from '../data.ts'
import { asError, type GatewayError } from '../errors.ts'
import type { Decode } from '../types.ts'

/** Encodings whose decoders read on to the end of a body, whatever stands in it. */
const READ_TO_THE_END = new Set(['string', 'rss'])
/** Only what says itself where it ends is whole without an end behind it: objects, lists and documents. */
const ENDS_ITSELF = /^[\s\u00ef\u00bb\u00bf]*[{[<]/
const LOOKED_AT_BYTES = 1024

/** Decodes what has come of a body, or throws why it is not whole. */
export type DecodeBroken = (bytes: Buffer, failure: GatewayError) => Data | null

export function compileBrokenDecoder(encoding: string, decode: Decode): DecodeBroken {
  if (READ_TO_THE_END.has(encoding)) return refuseBroken
  return function decodeBroken(bytes, failure) {
    // What is too large is refused for its size, whatever its beginning says.
    if (failure.code === 'ERR_BACKEND_TOO_LARGE' || !ENDS_ITSELF.test(bytes.toString('latin1', 0, LOOKED_AT_BYTES))) throw failure
    try {
      return decode(bytes)
    } catch (thrown) {
      // A mistake before the break is the first that a reader sees.
      throw asError(thrown).message.endsWith('EOF') ? failure : thrown
    }
  }
}

function refuseBroken(_bytes: Buffer, failure: GatewayError): never {
  throw failure
}
