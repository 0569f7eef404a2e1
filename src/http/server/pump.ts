// A backend's stream into a client's connection, as fast as the slower of the two. Knows nothing of HTTP.

import type { Readable, Writable } from 'node:stream'
import { asError, CANCELED } from '../../engine/errors.ts'
import { givesChunksAway, isWorthReleasing, releaseChunk } from '../release-chunk.ts'

export interface PumpEvents {
  readonly cut: () => void
  /** Hears of each piece that goes to the target. */
  readonly onBytes: (bytes: number) => void
}

/**
 * Resolves when the target has taken everything; when one side breaks off, destroys the source, lets `cut` break the target off so
 * that it does not look complete, and rejects with why.
 */
export function pump(source: Readable, target: Writable, { cut, onBytes }: PumpEvents): Promise<void> {
  return new Promise((resolve, reject) => {
    let isSettled = false
    const settle = (error: Error | null): void => {
      if (isSettled) return
      isSettled = true
      source.off('data', forward).off('end', finish).off('close', onSourceClose)
      target.off('drain', onDrain).off('finish', onTargetFinish).off('close', onTargetClose)
      if (error === null) {
        resolve()
        return
      }
      source.destroy()
      cut()
      reject(error)
    }
    const ownsChunks = givesChunksAway(source)
    const forward = (chunk: Buffer): void => {
      onBytes(chunk.length)
      try {
        const isWelcome = ownsChunks && isWorthReleasing(chunk) ? target.write(chunk, () => releaseChunk(chunk)) : target.write(chunk)
        if (!isWelcome) source.pause()
      } catch (error) {
        settle(asError(error))
      }
    }
    const onDrain = (): void => {
      source.resume()
    }
    const finish = (): void => {
      target.end()
    }
    // Not the listener of `end`: a target that is destroyed before it has finished calls that as well.
    const onTargetFinish = (): void => settle(null)
    const onSourceClose = (): void => {
      if (!source.readableEnded) settle(source.errored ?? CANCELED)
    }
    const onTargetClose = (): void => settle(target.writableFinished ? null : CANCELED)
    source.on('data', forward).on('end', finish).on('close', onSourceClose)
    source.on('error', (error: Error) => settle(error))
    target.on('drain', onDrain).on('finish', onTargetFinish).on('close', onTargetClose)
    target.on('error', (error: Error) => settle(error))
    if (source.destroyed && !source.readableEnded) onSourceClose()
    else if (target.destroyed) onTargetClose()
  })
}
