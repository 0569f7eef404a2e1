// The pages of `_gw/admin`, wherever they are asked for: which path and method each has, and what it answers. Knows no socket.

import type { PurgeSelector } from '../../../engine/ports.ts'
import { JsonError } from '../../../json/errors.ts'
import { parseJson } from '../../../json/read.ts'
import { readSelector } from './purge.ts'

export const ROUTES = '/__routes'
export const PURGE = '/__cache/purge'
export const JSON_TYPE = 'application/json; charset=utf-8'
/** Of a request's body. */
export const MAX_BODY_BYTES = 64 * 1024
/** How long workers may take. */
export const ANSWER_MS = 2000

export interface Reply {
  readonly status: number
  /** JSON; null for no body. */
  readonly text: string | null
}

export interface Page {
  readonly method: string
  /** `readBody` gives null for one that is too large. */
  readonly answer: (readBody: () => Promise<Buffer | null>) => Promise<Reply>
}

export interface PageInit {
  /** What is served, as JSON; null when nobody knows. Absent where the page is switched off. */
  readonly describe: (() => Promise<string | null>) | null
  /** How many entries went. */
  readonly purge: ((selector: PurgeSelector) => Promise<number>) | null
}

export function compilePages({ describe, purge }: PageInit): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>()
  if (describe !== null)
    pages.set(ROUTES, {
      method: 'GET',
      async answer() {
        const text = await describe()
        return { status: text === null ? 503 : 200, text }
      },
    })
  if (purge !== null)
    pages.set(PURGE, {
      method: 'POST',
      async answer(readBody) {
        const bytes = await readBody()
        if (bytes === null) return { status: 413, text: null }
        const selector = readSelector(jsonOf(bytes))
        if (typeof selector === 'string') return { status: 400, text: JSON.stringify({ error: selector }) }
        return { status: 200, text: JSON.stringify({ purged: await purge(selector) }) }
      },
    })
  return pages
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return parseJson(bytes)
  } catch (error) {
    if (error instanceof JsonError) return undefined
    throw error
  }
}
