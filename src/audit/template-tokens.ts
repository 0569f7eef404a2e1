// The text of a format template becomes texts and actions with their words. Knows no keyword and no function.

/** A template that cannot be read (`parse`) or cannot be filled in (`render`); the message names the place. */
export class TemplateError extends Error {
  readonly stage: 'parse' | 'render'

  constructor(stage: TemplateError['stage'], message: string) {
    super(message)
    this.stage = stage
  }
}

export type Word =
  /** `.`: an empty path; `.A.B` */
  | { readonly kind: 'field'; readonly path: readonly string[]; readonly source: string }
  | { readonly kind: 'text'; readonly text: string; readonly source: string }
  | { readonly kind: 'name'; readonly source: string }
  | { readonly kind: 'pipe'; readonly source: string }

/** `{{ … }}` */
export interface Action {
  readonly words: readonly Word[]
  readonly line: number
  /** As written, for messages. */
  readonly source: string
}

const OPEN = /\{\{(-(?=\s))?/g
const CLOSE = /\s+-\}\}|\s*\}\}/y
const SPACE = /\s+/y
const WORD = /(\.(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)?)|("(?:[^"\\\n]|\\.)*"|`[^`]*`)|([A-Za-z_]\w*)|\|/y
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' }

/** Texts and actions in turn. Throws a TemplateError. */
export function splitTemplate(template: string): (string | Action)[] {
  const pieces: (string | Action)[] = []
  let end = 0
  let trimsNext = false
  for (;;) {
    OPEN.lastIndex = end
    const open = OPEN.exec(template)
    const text = template.slice(end, open?.index)
    const start = trimsNext ? text.trimStart() : text
    pieces.push(open?.[1] === undefined ? start : start.trimEnd())
    if (open === null) return pieces.filter((piece) => piece !== '')
    const action = readAction(template, open.index, OPEN.lastIndex)
    pieces.push(action)
    end = open.index + action.source.length
    trimsNext = /\s-\}\}$/.test(action.source)
  }
}

function readAction(template: string, start: number, afterOpen: number): Action {
  const line = lineAt(template, start)
  const words: Word[] = []
  for (let at = afterOpen; ;) {
    CLOSE.lastIndex = at
    if (CLOSE.test(template)) return { words, line, source: template.slice(start, CLOSE.lastIndex) }
    SPACE.lastIndex = at
    if (SPACE.test(template)) at = SPACE.lastIndex
    WORD.lastIndex = at
    const match = WORD.exec(template)
    if (match === null) throw refuseCharacter(template, start, at)
    words.push(toWord(match, line))
    at = WORD.lastIndex
  }
}

function toWord([source, field, text, name]: RegExpExecArray, line: number): Word {
  if (field !== undefined) return { kind: 'field', path: field.split('.').filter((part) => part !== ''), source }
  if (text !== undefined) return { kind: 'text', text: unquote(text, line), source }
  return { kind: name === undefined ? 'pipe' : 'name', source }
}

function unquote(quoted: string, line: number): string {
  const inner = quoted.slice(1, -1)
  if (quoted.startsWith('`')) return inner
  return inner.replaceAll(/\\(.)/g, (escape, letter: string) => {
    const value = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined
    if (value === undefined) throw parseError(line, `unknown escape ${escape} in ${quoted}: \\n, \\t, \\r, \\" and \\\\ are known`)
    return value
  })
}

function refuseCharacter(template: string, start: number, at: number): TemplateError {
  const rest = template.slice(at)
  if (rest === '' || !template.slice(start).includes('}}')) return parseError(lineAt(template, start), 'unclosed action')
  const [character = ''] = rest
  const around = template.slice(start, template.indexOf('}}', at) + 2)
  if (character === '"' || character === '`') return parseError(lineAt(template, at), `unterminated quoted string in ${around}`)
  return parseError(lineAt(template, at), `unexpected ${JSON.stringify(character)} in ${around}`)
}

/** In the words of Go's text/template, which has no columns here. */
export function parseError(line: number, message: string): TemplateError {
  return new TemplateError('parse', `template: audit:${line}: ${message}`)
}

function lineAt(template: string, offset: number): number {
  return template.slice(0, offset).split('\n').length
}
