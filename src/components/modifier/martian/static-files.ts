// Files below a folder by the path of a URL. Knows nothing of modifiers and messages.

import { open, type FileHandle } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path/posix'
import type { Readable } from 'node:stream'
import { modifierError } from './modifier.ts'
import { partsOf } from './messages.ts'

/** What Go's mime package knows by itself, and what else is common. */
const TYPES: Readonly<Record<string, string>> = {
  '.avif': 'image/avif',
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.htm': 'text/html; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.xml': 'text/xml; charset=utf-8',
}

export interface OpenFile {
  /** Empty for an extension that nobody knows. */
  readonly contentType: string
  readonly size: number
  readonly body: Buffer | Readable
}

export class FileShelf {
  readonly #root: string
  readonly #explicit: ReadonlyMap<string, string>

  /** `explicit`: files by paths that have another than their own. */
  constructor(root: string, explicit: Readonly<Record<string, string>>) {
    this.#root = normalize(root)
    this.#explicit = new Map(Object.entries(explicit))
  }

  /** The file of a URL; null when there is none. Rejects with a GatewayError when it cannot be read. */
  async open(url: string, isStream: boolean): Promise<OpenFile | null> {
    const path = this.pathOf(partsOf(url).path)
    let handle: FileHandle | null = null
    let isGivenAway = false
    try {
      handle = await open(path)
      const { size } = await handle.stat()
      const contentType = TYPES[extname(path).toLowerCase()] ?? ''
      if (!isStream) return { contentType, size, body: await handle.readFile() }
      const body = handle.createReadStream()
      isGivenAway = true
      return { contentType, size, body }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' && handle === null) return null
      throw modifierError(handle === null ? `open ${path}: ${wordsOf(code, message)}` : `read ${path}: ${wordsOf(code, message)}`)
    } finally {
      if (!isGivenAway) await handle?.close()
    }
  }

  /** security: a path is made clean from its root before it is looked for below the folder, so it never leads out of it. */
  pathOf(urlPath: string): string {
    const path = normalize(`/${urlPath}`).replace(/(?<=.)\/$/, '')
    return join(this.#root, this.#explicit.get(path) ?? path)
  }
}

function wordsOf(code: string | undefined, message: string): string {
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied'
  if (code === 'EISDIR') return 'is a directory'
  if (code === 'ENOTDIR') return 'not a directory'
  return message
}
