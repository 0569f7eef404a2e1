// Media types with `*` for any piece of a name: `text/*`, `application/*+json`.

import { EVENT_STREAM } from '../../../engine/headers.ts'

const PATTERN = /^[^\s;,/]+\/[^\s;,/]+$/

export function isMediaTypePattern(text: string): boolean {
  return PATTERN.test(text)
}

/** Whether a Content-Type, with or without parameters, is one of the list. */
export function compileMediaTypes(patterns: readonly string[]): (contentType: string) => boolean {
  const sources = patterns.map((pattern) =>
    pattern
      .toLowerCase()
      .split('*')
      .map((piece) => piece.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('[^/]*'),
  )
  const listed = new RegExp(`^(?:${sources.join('|')})$`)
  return function isListed(contentType) {
    // Of events nothing may be held back.
    const type = (contentType.split(';')[0] as string).trim().toLowerCase()
    return type !== EVENT_STREAM && listed.test(type)
  }
}
