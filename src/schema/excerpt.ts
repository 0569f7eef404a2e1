// A line of another text than the file's, as it is shown below a finding.

const WIDTH = 120
const BEFORE_MARK = 80

/** 1-based; the column counts UTF-16 units. */
export interface SourcePlace {
  readonly line: number
  readonly column: number
}

/** The line with a mark below it, without one where the column is 0; long lines are cut around the place. Null for a line that is not there. */
export function excerptOf(text: string, { line, column }: SourcePlace): string | null {
  const whole = text.split('\n')[line - 1]?.replace(/\r$/, '')
  if (whole === undefined) return null
  const start = column > BEFORE_MARK ? column - BEFORE_MARK : 0
  const shown = `  ${line} | ${whole.slice(start, start + WIDTH).replaceAll('\t', ' ')}`
  if (column === 0) return shown
  return `${shown}\n  ${' '.repeat(String(line).length)} | ${' '.repeat(Math.max(0, column - 1 - start))}^`
}
