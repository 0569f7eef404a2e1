// The generated parts of a README and its first words. Knows no option.

const MARKER = /^<!-- options: (.+?) -->\n[^]*?^<!-- \/options -->$/gm

/** The labels of the tables that a README has room for. */
export function labelsIn(text: string): string[] {
  return [...text.matchAll(MARKER)].map(([, label]) => label as string)
}

/** The README with its tables anew. */
export function fillTables(text: string, tables: ReadonlyMap<string, string>): string {
  return text.replaceAll(MARKER, (whole: string, label: string) => {
    const table = tables.get(label)
    return table === undefined ? whole : `<!-- options: ${label} -->\n\n${table}\n\n<!-- /options -->`
  })
}

/** The first paragraph under the title, in one line. */
export function summaryOf(text: string): string {
  const paragraph = text.split(/\n{2,}/).find((part) => part !== '' && !part.startsWith('#')) ?? ''
  return paragraph.replaceAll('\n', ' ')
}
