// URLs of topics and subscriptions: `nats://subject?queue=name`, made of a backend's host and the option. Knows no broker.

import { joinPath } from '../../go/path.ts'
import { type GoUrl, parseUrl } from '../../go/url-parts.ts'
import { parseQuery } from '../../go/url.ts'

export interface Address {
  /** As it is written. */
  readonly url: string
  /** Without `pubsub+`, `pubsub+topic+` or `pubsub+subscription+`, in lower case. */
  readonly scheme: string
  /** Host and path: `orders`, `orders/new`. */
  readonly name: string
  readonly parameters: ReadonlyMap<string, readonly string[]>
}

export type Kind = 'topic' | 'subscription'

/** Null for a text that is no URL. */
export function parseAddress(url: string, kind: Kind): Address | null {
  const parsed = parseOrNull(url)
  if (parsed === null || parsed.scheme === '') return null
  const { scheme: written, host, path, query } = parsed
  const prefix = [`pubsub+${kind}+`, 'pubsub+'].find((one) => written.startsWith(one)) ?? ''
  return { url, scheme: written.slice(prefix.length), name: joinPath(host, path), parameters: parseQuery(query) }
}

function parseOrNull(url: string): GoUrl | null {
  try {
    return parseUrl(url)
  } catch {
    return null
  }
}

/** The first value of a parameter; empty where there is none. */
export function parameterOf({ parameters }: Address, name: string): string {
  return parameters.get(name)?.[0] ?? ''
}

/** The first parameter that nobody knows; null when all are. */
export function findUnknown({ parameters }: Address, known: readonly string[]): string | null {
  return [...parameters.keys()].find((name) => !known.includes(name)) ?? null
}
