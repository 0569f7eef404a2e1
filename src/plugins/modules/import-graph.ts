// What plugins have imported in this thread: which local file imports which, and the digest of each. A thread never unloads a module,
// so neither is anything forgotten here.

import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'

/** A local file that a plugin is, or imports. */
interface GraphFile {
  readonly imports: Set<string>
  /** SHA-256 in hex of the bytes that were run; null until they were read. */
  digest: string | null
}

export class ImportGraph {
  /** By URL. */
  readonly #files = new Map<string, GraphFile>()

  /** Whether this is a file of plugins, so that what it imports is one, too. */
  has(url: string): boolean {
    return this.#files.has(url)
  }

  add(url: string, parent: string | null): void {
    if (!this.#files.has(url)) this.#files.set(url, { imports: new Set(), digest: null })
    if (parent !== null) this.#files.get(parent)?.imports.add(url)
  }

  /** Remembers what was read, and gives its digest. */
  digest(url: string, bytes: Uint8Array): string {
    const digest = createHash('sha256').update(bytes).digest('hex')
    const file = this.#files.get(url)
    if (file !== undefined) file.digest = digest
    return digest
  }

  /** Absolute path → digest of what these and whatever they import have read, at the moment of the call. */
  filesOf(urls: Iterable<string>): Map<string, string> {
    const files = new Map<string, string>()
    for (const url of this.reach(urls)) {
      const digest = this.#files.get(url)?.digest ?? null
      if (digest !== null) files.set(fileURLToPath(url), digest)
    }
    return files
  }

  /** These and whatever they import, each once. */
  reach(urls: Iterable<string>): Set<string> {
    const reached = new Set<string>(urls)
    // A set goes on to what is added to it meanwhile.
    for (const url of reached) for (const next of this.#files.get(url)?.imports ?? []) reached.add(next)
    return reached
  }
}
