// html, js and urlquery: values as text that is safe in a document, a script or a query.

import { formatAll } from '../format-value.ts'
import type { GoValue } from '../value.ts'
import { runeOf } from '../text.ts'
import { isPrint } from '../unicode.ts'
import { escapeQueryComponent } from '../url.ts'
import { escapeMarkup } from '../html.ts'

const SCRIPT: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
}

/** Joined as `print` joins; what is missing says so. */
function textOfAll(values: readonly GoValue[]): string {
  return formatAll(values.map((value) => value ?? '<no value>'))
}

export function escapeHtml(values: readonly GoValue[]): string {
  return escapeMarkup(textOfAll(values)).replaceAll('\0', '\uFFFD')
}

export function escapeScript(values: readonly GoValue[]): string {
  return Array.from(textOfAll(values), (character) => {
    const named = SCRIPT[character]
    if (named !== undefined) return named
    const code = runeOf(character)
    if (code >= 0x20 && (code < 0x80 || isPrint(character))) return character
    return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
  }).join('')
}

export function escapeQuery(values: readonly GoValue[]): string {
  return escapeQueryComponent(textOfAll(values))
}
