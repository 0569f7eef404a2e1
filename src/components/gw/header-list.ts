// Lists of header names with prefixes and exclusions (`X-*`, `-X-Internal-*`), and the block that says which ones of backends reach clients.

import type { EndpointConfig } from '../../config/types.ts'
import { isToken } from '../../go/header-name.ts'
import { Type } from '../../schema/type.ts'

export const outputHeadersBlock = {
  namespace: '_gw/output-headers',
  options: Type.Array(Type.String(), {
    description: 'Names: `ETag`, all with a prefix (`X-*`), all (`*`). `-` in front takes names out again. Case does not matter.',
  }),
} as const

/** Whether a name, in any case, is one of the list. */
export type HeaderList = (name: string) => boolean

/** What belongs to one connection or to the body that the backend sent, and what the gateway says itself: never from a decoded answer. */
const NEVER =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|content-length|content-encoding|content-type|date|x-krakend|x-krakend-completed)$/
const PREFIX = /^-?(?:\*|([^*]+)\*?)$/

/** Whether a text is a name, a prefix with its star, or one of them taken out. */
export function isHeaderPattern(text: string): boolean {
  const [whole, name = 'x'] = PREFIX.exec(text) ?? []
  return whole !== undefined && isToken(name)
}

export function isNeverTaken(pattern: string): boolean {
  return NEVER.test(pattern.toLowerCase())
}

/** Exclusions win, wherever they stand. */
export function compileHeaderList(patterns: readonly string[]): HeaderList {
  const isTaken = compileNames(patterns.filter((pattern) => !pattern.startsWith('-')))
  const isExcluded = compileNames(patterns.filter((pattern) => pattern.startsWith('-')).map((pattern) => pattern.slice(1)))
  return (name) => {
    const lower = name.toLowerCase()
    return isTaken(lower) && !isExcluded(lower)
  }
}

function compileNames(patterns: readonly string[]): HeaderList {
  const lower = patterns.map((pattern) => pattern.toLowerCase())
  const names = new Set(lower.filter((pattern) => !pattern.endsWith('*')))
  const prefixes = lower.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1))
  if (prefixes.includes('')) return () => true
  if (prefixes.length === 0) return (name) => names.has(name)
  return (name) => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix))
}

/** The same of a decoded answer. */
export function compileDecodedList(patterns: readonly string[]): HeaderList {
  const isTaken = compileHeaderList(patterns)
  return (name) => isTaken(name) && !NEVER.test(name.toLowerCase())
}

export function isDecoded({ isNoOp }: EndpointConfig): boolean {
  return !isNoOp
}
