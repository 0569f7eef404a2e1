// What a backend's call is built of, by name: for whoever tells requests apart, or has to know what reaches a backend. Knows no values.

import type { BackendConfig } from '../../config/types.ts'
import { parseTemplate, placeholdersIn } from '../../engine/placeholders.ts'
import { placeholdersOf } from '../../engine/steps/request-builder.ts'
import { isObject } from '../../json/types.ts'

/** Names in braces of its url_pattern and of `_gw/request`, and the list of its `_gw/for-each`; a step's data is `resp0_a` everywhere. */
export function usedNames({ urlPattern, extraConfig: blocks }: Pick<BackendConfig, 'urlPattern' | 'extraConfig'>): string[] {
  const loop = blocks.get('_gw/for-each')
  const list = isObject(loop) && typeof loop['in'] === 'string' ? [loop['in']] : []
  const inPattern = placeholdersOf(urlPattern).map((name) => name.replace(/^Resp(?=\d)/, 'resp'))
  return [...new Set([...inPattern, ...namesIn(blocks.get('_gw/request')), ...list])]
}

/** Names in braces, in texts at any depth. */
export function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return placeholdersIn(parseTemplate(value)).map(({ name }) => name)
  if (Array.isArray(value)) return value.flatMap(namesIn)
  return isObject(value) ? Object.values(value).flatMap(namesIn) : []
}
