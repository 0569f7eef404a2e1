// What backends say about keeping their answers, noted for caches further out: decoded answers have no header fields any more.

import type { BackendConfig } from '../../config/types.ts'
import { step } from '../compile/component.ts'
import { type ReadonlyHeaders, varyNames } from '../headers.ts'
import { slot } from '../scope.ts'
import type { BackendResponse } from '../types.ts'

/** What one answer of a backend says. */
export interface AnswerNote {
  readonly backend: BackendConfig
  /** How long it stays fresh; null when it does not say. */
  readonly freshMs: number | null
  /** `no-store`, `private` or `no-cache`. */
  readonly isPrivate: boolean
  readonly setsCookie: boolean
  /** Names of `Vary`; `*` is any. */
  readonly varies: readonly string[]
}

/** The notes of a request, in the order they came; absent where nobody keeps answers. */
export const answerNotes = slot<AnswerNote[]>()

/** Asked at every backend; null where neither it nor what stands around it has a cache. */
export const notedAnswers = step({
  stage: 'executor',
  name: 'notes for caches',
  build(site) {
    const { backend, place, clock } = site
    if (backend === null || !(site.has(CACHE) || place?.extraConfig.has(CACHE) === true)) return null
    return (next) =>
      function noteAnswer(request, scope) {
        return next(request, scope).then((response) => {
          answerNotes.get(scope)?.push(noteOf(response, backend, clock.now()))
          return response
        })
      }
  },
})

const CACHE = '_gw/cache'
const SECONDS = /^"?(\d{1,9})"?$/

/** How old an answer was when it came, in seconds: whoever kept it before says so. */
export function ageSecondsOf(headers: ReadonlyHeaders): number {
  return Number(SECONDS.exec(headers.get('Age') ?? '')?.[1] ?? 0)
}

function noteOf({ headers }: Pick<BackendResponse, 'headers'>, backend: BackendConfig, nowMs: number): AnswerNote {
  const directives = new Map<string, string>()
  for (const line of headers.values('Cache-Control'))
    for (const part of line.split(',')) {
      const at = part.indexOf('=')
      directives.set((at < 0 ? part : part.slice(0, at)).trim().toLowerCase(), at < 0 ? '' : part.slice(at + 1).trim())
    }
  return {
    backend,
    freshMs: freshnessOf(directives, headers, nowMs),
    isPrivate: directives.has('no-store') || directives.has('private') || directives.has('no-cache'),
    setsCookie: headers.has('Set-Cookie'),
    varies: varyNames(headers),
  }
}

/** RFC 9111, 4.2.1: what is meant for shared caches first. A lifetime began when the answer was made, and has passed in part. */
function freshnessOf(directives: ReadonlyMap<string, string>, headers: ReadonlyHeaders, nowMs: number): number | null {
  const said = directives.get('s-maxage') ?? directives.get('max-age')
  if (said !== undefined) return Math.max(0, Number(SECONDS.exec(said)?.[1] ?? 0) - ageSecondsOf(headers)) * 1000
  const expires = headers.get('Expires')
  if (expires === undefined) return null
  const date = Date.parse(expires)
  // An unreadable date is one that has passed.
  return Number.isNaN(date) ? 0 : Math.max(0, date - nowMs)
}
