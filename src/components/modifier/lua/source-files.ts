// The files of `sources`: read when the gateway is built, or for every request (`live`), and compared with their checksums.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { GatewayError } from '../../../engine/errors.ts'
import type { LuaOptions } from './options.ts'
import { compileScript, type Script, type SourceText } from './script.ts'

/** Gives the script for a request; what it throws is that request's error. */
export type GetScript = () => Script | Promise<Script>

export type ReadFile = (path: string) => Uint8Array

/** A file that cannot be read: every request of the script fails. */
export class MissingSource extends GatewayError {
  readonly path: string

  constructor(path: string, cause: unknown) {
    super(`lua: unable to load required source ${path}`, { code: 'ERR_LUA_SOURCE', cause })
    this.path = path
  }
}

export function readSources({ sources }: Pick<LuaOptions, 'sources'>, read: ReadFile): SourceText[] | MissingSource {
  const texts: SourceText[] = []
  for (const path of sources) {
    try {
      texts.push({ path, bytes: read(path) })
    } catch (error) {
      return new MissingSource(path, error)
    }
  }
  return texts
}

/** What is wrong with the checksums of files, in KrakenD's words (and its spelling); null when they are right. */
export function findWrongChecksum({ md5 }: Pick<LuaOptions, 'md5'>, texts: readonly SourceText[]): string | null {
  for (const { path, bytes } of texts) {
    if (!Object.hasOwn(md5, path)) continue
    const want = md5[path]
    if (typeof want !== 'string') return `lua: wrong cheksum type for source ${path}`
    const have = createHash('md5').update(bytes).digest('hex')
    if (have !== want) return `lua: wrong cheksum for source ${path}. have: ${have}, want: ${want}`
  }
  return null
}

/** The script of `live` sources: read for every request, compiled when a file has changed. */
export function liveScript(options: LuaOptions): GetScript {
  let last: { texts: readonly SourceText[]; script: Script } | null = null
  return async function readScript() {
    const texts = await Promise.all(options.sources.map(readLater))
    if (last === null || !areEqual(last.texts, texts)) last = { texts, script: compileScript(texts, options) }
    return last.script
  }
}

async function readLater(path: string): Promise<SourceText> {
  try {
    return { path, bytes: await readFile(path) }
  } catch (error) {
    throw new MissingSource(path, error)
  }
}

function areEqual(before: readonly SourceText[], now: readonly SourceText[]): boolean {
  return now.every(({ bytes }, index) => Buffer.compare(bytes, before[index]?.bytes ?? Buffer.alloc(0)) === 0)
}
