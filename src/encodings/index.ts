// What the rest of the gateway may use of the encodings: names only.

export { loadEncodings } from './load.ts'
export type { DecoderOptions, Encodings } from './load.ts'
