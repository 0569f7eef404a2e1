// Turns a text with `{Name}` placeholders into a function of the parameters.

const PLACEHOLDER = /\{([\w.]+)\}/

/** Splits the text once, so that a call only joins. An unknown parameter becomes an empty text. */
export function compileValue(text: string): (params: ReadonlyMap<string, string>) => string {
  // `split` with a group gives text, name, text, name … text.
  const pieces = text.split(PLACEHOLDER)
  if (pieces.length === 1) return () => text
  return function joinPieces(params) {
    let joined = pieces[0] as string
    for (let i = 1; i < pieces.length; i += 2) joined += (params.get(pieces[i] as string) ?? '') + (pieces[i + 1] as string)
    return joined
  }
}
