// Media types with `*` for any piece of a name: `text/*`, `application/*+json`.

const PATTERN = /^[^\s;,/]+\/[^\s;,/]+$/
/** Events leave as they happen: nothing may be held back. */
const EVENTS = 'text/event-stream'

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
    const type = (contentType.split(';')[0] as string).trim().toLowerCase()
    return type !== EVENTS && listed.test(type)
  }
}
