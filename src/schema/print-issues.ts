// Issues as text for a person: place, message, an excerpt of the file with a caret, a hint. Writes nothing itself.

import { formatPath, type Issue, type IssuePath, type Position, type Source } from './issue.ts'

type Locate = (path: IssuePath) => Position | null

const limit = 100

/**
 * One block of lines for each issue, a blank line between them, ready to be written; empty without issues.
 *
 *     krakend.json:12:7: error: must be a number, not the text "x" (endpoints[0].extra_config.proxy)
 *       12 |       "proxy": "x",
 *          |       ^^^^^^^
 *       hint: …
 */
export async function printIssues(issues: readonly Issue[], source: Source): Promise<string> {
  if (issues.length === 0) return ''
  const shown = issues.slice(0, limit)
  const needsPlaces = source.text !== null && shown.some((issue) => issue.path.length > 0)
  const locate = needsPlaces ? await makeLocate(source) : () => null
  const lines = (source.text ?? '').split('\n')
  const blocks = shown.map((issue) => printIssue(issue, source, locate, lines))
  if (issues.length > limit) blocks.push(`… and ${issues.length - limit} more`)
  return `${blocks.join('\n\n')}\n`
}

async function makeLocate(source: Source): Promise<Locate> {
  if (source.format === 'json') return (await import('./locate-json.ts')).locateInJson(source)
  if (source.format === 'yaml') return (await import('./locate-yaml.ts')).locateInYaml(source)
  return () => null
}

function printIssue(issue: Issue, source: Source, locate: Locate, text: readonly string[]): string {
  const position = issue.position ?? (issue.path.length > 0 ? locate(issue.path) : null)
  const place = position === null ? source.file : `${source.file}:${position.line}:${position.column}`
  const path = formatPath(issue.path)
  const where = path === '' || issue.message.includes(path) ? '' : ` (${path})`
  const lines = [`${place}: ${issue.severity}: ${issue.message}${where}`]
  if (position !== null && source.text !== null) lines.push(...printExcerpt(text, position))
  if (issue.hint !== '') lines.push(`  hint: ${issue.hint}`)
  return lines.join('\n')
}

const excerptWidth = 120

function printExcerpt(text: readonly string[], { line, column }: Position): string[] {
  const whole = (text[line - 1] ?? '').replace(/\r$/, '')
  // long lines (minified files) are cut around the place
  const start = column > excerptWidth ? column - 1 - excerptWidth / 2 : 0
  const shown = whole.slice(start, start + excerptWidth).replaceAll('\t', ' ')
  const rest = whole.slice(column - 1)
  const length = Math.max(1, Math.min(/^(?:"(?:\\.|[^"\\])*"|[\w$@./-]+)/.exec(rest)?.[0].length ?? 1, start + excerptWidth - column + 1))
  const number = String(line)
  return [
    `  ${number} | ${start > 0 ? '…' : ''}${shown}`,
    `  ${' '.repeat(number.length)} | ${' '.repeat(column - 1 - start + (start > 0 ? 1 : 0))}${'^'.repeat(length)}`,
  ]
}
