// The tree of reasons that a message is printed from, in the form of KrakenD 2.13. Knows nothing of schemas.

import { quote } from './texts.ts'

export interface Cause {
  /** JSON pointer of the value. */
  readonly at: string
  readonly text: string
  readonly causes: readonly Cause[]
  /** `group`: several reasons of one schema. `reference`: what the schema behind a `$ref` says. */
  readonly kind: 'plain' | 'group' | 'reference'
}

const FAILED = 'validation failed'

/** One of no reasons is none, one stands for itself, several are grouped. */
export function groupCauses(at: string, causes: readonly Cause[]): Cause | null {
  if (causes.length <= 1) return causes[0] ?? null
  return { at, text: FAILED, causes, kind: 'group' }
}

export function referenceCause(at: string, inner: Cause): Cause {
  return { at, text: FAILED, causes: inner.kind === 'group' ? inner.causes : [inner], kind: 'reference' }
}

/** Lines `- at 'POINTER': TEXT`, causes indented by two spaces; the outermost group itself is not printed. */
export function printCauses(root: Cause): string {
  const lines: string[] = []
  for (const cause of root.kind === 'group' ? root.causes : [root]) printCause(cause, '', lines)
  return lines.join('\n')
}

function printCause(cause: Cause, indent: string, lines: string[]): void {
  const isTransparent = cause.kind === 'reference' && cause.causes.length === 1
  if (!isTransparent) lines.push(`${indent}- at ${quote(cause.at)}: ${cause.text}`)
  for (const inner of cause.causes) printCause(inner, isTransparent ? indent : `${indent}  `, lines)
}
