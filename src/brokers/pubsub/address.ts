// URLs of topics and subscriptions: `nats://subject?queue=name`, made of a backend's host and the option. Knows no broker.

import { unescapePercent } from '../../go/url.ts'

export interface Address {
  /** As it is written. */
  readonly url: string
  /** Without `pubsub+`, `pubsub+topic+` or `pubsub+subscription+`, in lower case. */
  readonly scheme: string
  /** What stands between `://` and the path. */
  readonly host: string
  /** With its slash. */
  readonly path: string
  readonly parameters: ReadonlyMap<string, readonly string[]>
}

export type Kind = 'topic' | 'subscription'

const URL_FORM = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?$/i

/** Null for a text that is no URL. */
export function parseAddress(url: string, kind: Kind): Address | null {
  const [, written = '', host = '', path = '', query = ''] = URL_FORM.exec(url) ?? []
  if (written === '') return null
  const prefix = [`pubsub+${kind}+`, 'pubsub+'].find((one) => written.toLowerCase().startsWith(one)) ?? ''
  const scheme = written.toLowerCase().slice(prefix.length)
  const parameters = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(query)) parameters.set(name, [...(parameters.get(name) ?? []), value])
  return { url, scheme, host, path: unescapePercent(path) ?? path, parameters }
}

/** Host and path as one name: `orders`, `orders/new`. */
export function nameOf({ host, path }: Address): string {
  return `${host}${path}`.replaceAll(/\/+/g, '/').replaceAll(/^\/|\/$/g, '')
}

/** The first value of a parameter; empty where there is none. */
export function parameterOf({ parameters }: Address, name: string): string {
  return parameters.get(name)?.[0] ?? ''
}

/** The first parameter that nobody knows; null when all are. */
export function findUnknown({ parameters }: Address, known: readonly string[]): string | null {
  return [...parameters.keys()].find((name) => !known.includes(name)) ?? null
}
