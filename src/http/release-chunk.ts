// Who owns the memory of a stream's chunks, and how it is given back as soon as they have been written.

import type { Readable } from 'node:stream'

/** perf: below this, waiting for the garbage collector costs less than a callback. */
const MIN_RELEASED_BYTES = 16 * 1024
const GIVES_CHUNKS = Symbol('gives its chunks away')

interface Giver extends Readable {
  [GIVES_CHUNKS]?: true
}

/**
 * Says of a stream that its chunks belong to whoever reads them: nobody else keeps one. Only who makes them can know that; what
 * wraps such a stream is another stream, of which nothing is known.
 */
export function giveChunksAway(stream: Readable): void {
  ;(stream as Giver)[GIVES_CHUNKS] = true
}

/** Whether the reader of a stream may do with its chunks what it wants. */
export function givesChunksAway(stream: Readable): boolean {
  return (stream as Giver)[GIVES_CHUNKS] === true
}

/** Whether a chunk that was given away is worth a callback when it has been written. */
export function isWorthReleasing(chunk: Buffer): boolean {
  return chunk.length >= MIN_RELEASED_BYTES
}

/**
 * Frees a chunk that nobody will look at again; whoever does finds it empty. A chunk that shares its memory stays as it is.
 * perf: the collector lets some 80 MB of such chunks pile up before it looks at them.
 */
export function releaseChunk(chunk: Buffer): void {
  const { buffer } = chunk
  if (buffer instanceof ArrayBuffer && !buffer.detached && chunk.byteLength === buffer.byteLength) buffer.transfer(0)
}
