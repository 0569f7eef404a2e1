// Rows of texts in columns, for a terminal as for a pipe.

/** What a text takes on a terminal: sequences that colour it take nothing. */
export function widthOf(text: string): number {
  return text.replaceAll(/\u001B\[[0-9;]*m/g, '').length
}

export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** Each row as a line with its line feed, columns two blanks apart and as wide as their widest text. The last text of a row may be longer than its column. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows)
    for (const [index, cell] of row.slice(0, -1).entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, index) => padTo(cell, widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

const MAX_VALUE = 70

/** A long text is cut. */
export function shorten(text: string, limit: number = MAX_VALUE): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}
