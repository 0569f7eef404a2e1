// A finding in a configuration. Knows no file format and no component.

/** Where a value stands: `['endpoints', 0, 'backend', 1, 'extra_config', 'proxy']`; list items by index. */
export type IssuePath = readonly (string | number)[]

export type Severity = 'error' | 'warning'

export interface Issue {
  readonly severity: Severity
  /** Stable, kebab-case: `wrong-type`, `unknown-option`, `unknown-namespace` … */
  readonly code: string
  /** Names as the product knows them; the printer finds old names and other cases in the file. */
  readonly path: IssuePath
  /** One sentence, without the place. */
  readonly message: string
  /** What to do about it; empty when there is nothing to say. */
  readonly hint: string
  /** Only where a path cannot say it (syntax errors). 1-based; the column counts UTF-16 units. */
  readonly position?: Position
  /** What follows from it, as a clause behind the message; absent where the message says it itself. */
  readonly effect?: string
  /** What certainly fails: the start, or every request of that place. An error of `check -t`; plain `check` keeps KrakenD's verdict. */
  readonly fails?: 'start' | 'requests'
  /** Lines of another file that show it, ready to be printed; where they stand, the message says. */
  readonly excerpt?: string
  /** Other places that have a part in it. */
  readonly related?: readonly IssuePath[]
  /** The corrected text, only where it is certain. */
  readonly fix?: readonly TextEdit[]
}

/** One change of the file. */
export interface TextEdit {
  readonly path: IssuePath
  /** What is replaced: the value at the path, or the key that the path ends with. */
  readonly replaces: 'value' | 'key'
  /** JSON. */
  readonly text: string
}

export interface Position {
  readonly line: number
  readonly column: number
}

/** The file that issues are about. */
export interface Source {
  /** As the user named it. */
  readonly file: string
  /** The text that was parsed; null when it could not be read. */
  readonly text: string | null
  /** Positions are found for `json`, `yaml` and `toml`. */
  readonly format: string
  /** What wrote the text at a place, when the text was made: `krakend.tmpl:3:5`. */
  readonly originOf?: (position: Position) => string | null
  /** Other spellings under which a name of a path may stand in the file (old namespaces, renamed options). */
  synonymsOf(name: string): readonly string[]
}

export function errorIssue(code: string, path: IssuePath, message: string, hint = ''): Issue {
  return { severity: 'error', code, path, message, hint }
}

export function warningIssue(code: string, path: IssuePath, message: string, hint = ''): Issue {
  return { severity: 'warning', code, path, message, hint }
}

/** What certainly stops the start, or makes every request of a place fail. */
export function certainIssue(fails: 'start' | 'requests', code: string, path: IssuePath, message: string, hint = ''): Issue {
  return { ...errorIssue(code, path, message, hint), fails }
}

/** The edit that writes another value at a path. */
export function writeValue(path: IssuePath, value: unknown): TextEdit[] {
  return [{ path, replaces: 'value', text: JSON.stringify(value) }]
}

/** `endpoints[0].backend[1].extra_config.qos/http-cache`: a path for the eye. */
export function formatPath(path: IssuePath): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else text += text === '' ? step : `.${step}`
  }
  return text
}
