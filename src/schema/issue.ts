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
  /** Positions are found for `json` and `yaml`. */
  readonly format: string
  /** Other spellings under which a name of a path may stand in the file (old namespaces, renamed options). */
  synonymsOf(name: string): readonly string[]
}

export function errorIssue(code: string, path: IssuePath, message: string, hint = ''): Issue {
  return { severity: 'error', code, path, message, hint }
}

export function warningIssue(code: string, path: IssuePath, message: string, hint = ''): Issue {
  return { severity: 'warning', code, path, message, hint }
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
