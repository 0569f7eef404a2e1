// Issues for a person, with an excerpt of the file and a caret, or for a program. Equal ones are shown once, with all their places.
// Writes nothing itself.

import { formatPath, type Issue, type IssuePath, type Position, type Source, type TextEdit } from './issue.ts'
import { hideSecrets } from './secret-names.ts'

/** Gives the place of a path, or of its nearest parent; null when that is the whole file, or the format has no places. */
export type Locate = (path: IssuePath) => Position | null

const LIMIT = 100
const MAX_PLACES = 8

export interface PrintOptions {
  /** Whether the reader is a terminal that shows colours. */
  readonly hasColors?: boolean
  /** Every issue with its own excerpt, and no end. */
  readonly showsAll?: boolean
}

/**
 * One block of lines for each kind of issue, a blank line between them, ready to be written; empty without issues.
 *
 *     krakend.json:12:7: error: must be a number, not the text "x" (endpoints[0].extra_config.proxy)
 *       12 |       "proxy": "x",
 *          |       ^^^^^^^
 *       effect: the whole block is ignored
 *       written by krakend.tmpl:3:5           (where the text was made by a template)
 *       hint: …
 *       and at 2 more places: lines 30, 41
 */
export async function printIssues(issues: readonly Issue[], source: Source, options: PrintOptions = {}): Promise<string> {
  if (issues.length === 0) return ''
  const locate = await makeLocate(source)
  const lines = (source.text ?? '').split('\n')
  const groups = options.showsAll === true ? issues.map((issue) => [issue]) : groupEqual(issues)
  const shown = options.showsAll === true ? groups : groups.slice(0, LIMIT)
  const blocks = shown.map((group) => printGroup(group, { source, locate, lines, paint: painter(options.hasColors === true) }))
  const left = groups.slice(shown.length).flat().length
  if (left > 0) blocks.push(`… and ${left} more: --all shows every place`)
  return `${blocks.join('\n\n')}\n`
}

/** An issue as programs get it: 1-based places, null where there is none. */
export interface IssueReport {
  readonly severity: Issue['severity']
  readonly code: string
  readonly message: string
  /** Empty where the message says it. */
  readonly effect: string
  readonly hint: string
  readonly file: string
  readonly line: number | null
  readonly column: number | null
  readonly path: IssuePath
  readonly related: readonly (Position & { readonly path: IssuePath })[]
  readonly fix: readonly TextEdit[]
}

export async function describeIssues(issues: readonly Issue[], source: Source): Promise<IssueReport[]> {
  const locate = await makeLocate(source)
  return issues.map((issue) => {
    const position = positionOf(issue, locate)
    const related = (issue.related ?? []).map((path) => ({ path, ...(locate(path) ?? { line: 0, column: 0 }) }))
    const { severity, code, path, message, effect = '', fix = [] } = issue
    const place = { file: source.file, line: position?.line ?? null, column: position?.column ?? null }
    return { severity, code, message, effect, hint: hintOf(issue), ...place, path, related, fix }
  })
}

/** What finds places in that file. */
export async function makeLocate(source: Source): Promise<Locate> {
  if (source.text === null) return () => null
  const locateIn = await locatorFor(source.format)
  let locate: Locate | null = null
  // a text that could not be parsed has no finding with a path
  return (path) => (path.length === 0 ? null : (locate ??= locateIn(source))(path))
}

async function locatorFor(format: string): Promise<(source: Source) => Locate> {
  if (format === 'json') return (await import('./locate-json.ts')).locateInJson
  if (format === 'yaml') return (await import('./locate-yaml.ts')).locateInYaml
  if (format === 'toml') return (await import('./locate-toml.ts')).locateInToml
  return () => () => null
}

function positionOf(issue: Issue, locate: Locate): Position | null {
  return issue.position ?? locate(issue.path)
}

/** Issues that say the same, in the order of the first of each. */
function groupEqual(issues: readonly Issue[]): Issue[][] {
  const groups = new Map<string, Issue[]>()
  for (const issue of issues) {
    const key = JSON.stringify([issue.severity, issue.code, issue.message, issue.effect, issue.hint])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [issue])
    else group.push(issue)
  }
  return [...groups.values()]
}

/** What to do; without words of its own, the corrected text. */
function hintOf({ hint, fix }: Issue): string {
  return hint !== '' || fix === undefined ? hint : `write ${fix.map(({ text }) => text).join(', ')}`
}

type Paint = (text: string, color: 'error' | 'warning' | 'hint') => string

const COLORS = { error: '31;1', warning: '33;1', hint: '36' } as const

function painter(hasColors: boolean): Paint {
  return hasColors ? (text, color) => `\u001B[${COLORS[color]}m${text}\u001B[0m` : (text) => text
}

interface Page {
  readonly source: Source
  readonly locate: Locate
  readonly lines: readonly string[]
  readonly paint: Paint
}

function printGroup([first, ...others]: readonly Issue[], page: Page): string {
  const issue = first as Issue
  const { source, locate, paint } = page
  const position = positionOf(issue, locate)
  const path = formatPath(issue.path)
  const { message, effect } = issue
  const where = path === '' || message.includes(path) ? '' : ` (${path})`
  const lines = [`${placeOf(source, position)}: ${paint(issue.severity, issue.severity)}: ${message}${where}`]
  if (position !== null && source.text !== null) lines.push(...printExcerpt(page, position, issue.severity))
  if (issue.excerpt !== undefined) lines.push(issue.excerpt)
  for (const related of issue.related ?? []) lines.push(...printRelated(related, page))
  const origin = position === null ? null : (source.originOf?.(position) ?? null)
  if (origin !== null) lines.push(`  written by ${origin}`)
  if (effect !== undefined) lines.push(`  ${paint('effect', 'hint')}: ${effect}`)
  const hint = hintOf(issue)
  if (hint !== '') lines.push(`  ${paint('hint', 'hint')}: ${hint}`)
  if (others.length > 0) lines.push(`  ${listPlaces(others, locate)}`)
  return lines.join('\n')
}

function placeOf({ file }: Source, position: Position | null): string {
  return position === null ? file : `${file}:${position.line}:${position.column}`
}

function printRelated(path: IssuePath, page: Page): string[] {
  const position = page.locate(path)
  const excerpt = position === null ? [] : printExcerpt(page, position, 'hint')
  return [`  see also ${placeOf(page.source, position)} (${formatPath(path)})`, ...excerpt]
}

function listPlaces(issues: readonly Issue[], locate: Locate): string {
  const positions = issues
    .slice(0, MAX_PLACES + 1)
    .map((issue) => positionOf(issue, locate))
    .filter((position) => position !== null)
  const more = `and at ${issues.length} more place${issues.length === 1 ? '' : 's'}`
  if (positions.length === 0) return more
  const shown = positions.slice(0, MAX_PLACES).map(({ line }) => line)
  return `${more}: line${shown.length === 1 ? '' : 's'} ${shown.join(', ')}${positions.length > MAX_PLACES ? ' …' : ''}`
}

const EXCERPT_WIDTH = 120

function printExcerpt({ lines, paint }: Page, { line, column }: Position, color: Parameters<Paint>[1]): string[] {
  const whole = hideSecrets((lines[line - 1] ?? '').replace(/\r$/, ''))
  // long lines (minified files) are cut around the place
  const start = column > EXCERPT_WIDTH ? column - 1 - EXCERPT_WIDTH / 2 : 0
  const shown = whole.slice(start, start + EXCERPT_WIDTH).replaceAll('\t', ' ')
  const rest = whole.slice(column - 1)
  const length = Math.max(1, Math.min(/^(?:"(?:\\.|[^"\\])*"|[\w$@./-]+)/.exec(rest)?.[0].length ?? 1, start + EXCERPT_WIDTH - column + 1))
  const number = String(line)
  const carets = paint('^'.repeat(length), color)
  return [
    `  ${number} | ${start > 0 ? '…' : ''}${shown}`,
    `  ${' '.repeat(number.length)} | ${' '.repeat(column - 1 - start + (start > 0 ? 1 : 0))}${carets}`,
  ]
}
