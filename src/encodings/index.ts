// What the rest of the gateway may use of the encodings: names only.

export { decoderNames, loadEncodings, renderNames } from './load.ts'
export type { DecoderOptions, Encodings } from './load.ts'
