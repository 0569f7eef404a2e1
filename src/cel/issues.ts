// What is wrong in an expression's text, and how it is shown: line, column and the line itself with a mark.

/** `at` is an offset in the text, in UTF-16 units; negative where there is no place to name. */
export interface ExpressionIssue {
  readonly at: number
  readonly message: string
}

/** An expression that cannot be evaluated: its syntax (`parse`) or its types (`check`) are wrong. */
export class ExpressionError extends Error {
  readonly stage: 'parse' | 'check'
  readonly text: string
  readonly issues: readonly ExpressionIssue[]

  constructor(stage: 'parse' | 'check', text: string, issues: readonly ExpressionIssue[]) {
    const sorted = [...issues].sort((a, b) => a.at - b.at)
    super(sorted.map((issue) => showIssue(text, issue)).join('\n'))
    this.name = 'ExpressionError'
    this.stage = stage
    this.text = text
    this.issues = sorted
  }
}

/** Line and column of an offset, both from 1; columns count code points. */
export function locate(text: string, at: number): { line: number; column: number; content: string } {
  const start = text.lastIndexOf('\n', at - 1) + 1
  const end = text.indexOf('\n', start)
  let line = 1
  for (let i = text.indexOf('\n'); i >= 0 && i < start; i = text.indexOf('\n', i + 1)) line++
  return { line, column: Array.from(text.slice(start, at)).length + 1, content: text.slice(start, end < 0 ? undefined : end) }
}

/** As cel-go shows it; wide characters get a wide mark, so that the columns meet on the screen. */
function showIssue(text: string, { at, message }: ExpressionIssue): string {
  if (at < 0) return `ERROR: <input>:-1:0: ${message}`
  const { line, column, content } = locate(text, at)
  const characters = Array.from(content)
  const dots = characters.slice(0, column - 1).map((character) => (isWide(character) ? '．' : '.'))
  const mark = characters[column - 1] !== undefined && isWide(characters[column - 1] as string) ? '＾' : '^'
  return `ERROR: <input>:${line}:${column}: ${message}\n | ${content.replaceAll('\t', ' ')}\n | ${dots.join('')}${mark}`
}

function isWide(character: string): boolean {
  return (character.codePointAt(0) as number) > 0x7f
}
