// Gives the memory of bytes back as soon as they have been written. Knows nothing of streams.

/** perf: below this, waiting for the garbage collector costs less than a callback. */
export const MIN_RELEASED_BYTES = 16 * 1024

/**
 * Frees a chunk that nobody will look at again; whoever does finds it empty. A chunk that shares its memory stays as it is.
 * perf: the collector lets some 80 MB of such chunks pile up before it looks at them.
 */
export function releaseChunk(chunk: Buffer): void {
  const { buffer } = chunk
  if (buffer instanceof ArrayBuffer && !buffer.detached && chunk.byteLength === buffer.byteLength) buffer.transfer(0)
}
