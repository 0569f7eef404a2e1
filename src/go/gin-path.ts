// Paths of routes as gin writes them: `:id` and `*rest` are parameters, `\:` is a colon. Knows no routes.

/** A parameter: the slash before it, if there is one, `:` or `*`, and its name. */
export const GIN_PARAM = /(\/?)(?<!\\)([:*])([^/]+)/g

/** As written. */
export function ginParamNames(path: string): string[] {
  return [...path.matchAll(GIN_PARAM)].map(([, , , name = '']) => name)
}

/** Where a parameter begins in a segment, be it without a name; -1 without one. */
export function findGinParam(segment: string): number {
  return segment.search(/(?<!\\)[:*]/)
}

export function unescapeColons(text: string): string {
  return text.replaceAll('\\:', ':')
}
