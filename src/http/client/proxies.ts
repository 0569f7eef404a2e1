// Proxies named by the environment, with the rules of Go's httpproxy. Knows nothing of sockets and of the process.

import { BlockList } from 'node:net'
import { addNetwork, hasAddress } from '../../engine/networks.ts'
import { basicCredentials, parseUrl, withoutBrackets } from '../../go/url-parts.ts'

/** Values of HTTP_PROXY, HTTPS_PROXY and NO_PROXY (or their lower-case forms). */
export interface ProxyEnvironment {
  readonly httpProxy?: string | undefined
  readonly httpsProxy?: string | undefined
  readonly noProxy?: string | undefined
}

export interface Proxy {
  readonly hostname: string
  readonly port: number
  readonly authorization: string | null
}

/** Gives the proxy for a scheme and host, null for a direct connection. */
export type FindProxy = (isSecure: boolean, hostname: string, port: number) => Proxy | null

export function compileProxies(environment: ProxyEnvironment | undefined): FindProxy {
  const plain = parseProxy(environment?.httpProxy)
  const secure = parseProxy(environment?.httpsProxy)
  if (plain === null && secure === null) return () => null
  const isExempt = compileExemptions(environment?.noProxy ?? '')
  return (isSecure, hostname, port) => (isExempt(hostname.toLowerCase(), port) ? null : isSecure ? secure : plain)
}

function parseProxy(value: string | undefined): Proxy | null {
  if (value === undefined || value === '') return null
  const text = value.includes('://') ? value : `http://${value}`
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  if (url.protocol !== 'http:') return null
  let userinfo: string | null
  try {
    ;({ userinfo } = parseUrl(text))
  } catch {
    // compat: a proxy that Go cannot parse is none.
    return null
  }
  return {
    hostname: withoutBrackets(url.hostname),
    port: Number(url.port || 80),
    authorization: userinfo === null ? null : basicCredentials(userinfo),
  }
}

/** This machine itself never goes through a proxy. */
function compileExemptions(noProxy: string): (hostname: string, port: number) => boolean {
  const networks = new BlockList()
  addNetwork(networks, '127.0.0.0/8')
  addNetwork(networks, '::1')
  const suffixes: { readonly text: string; readonly port: number | null; readonly isExactToo: boolean }[] = []
  let isAll = false
  for (const item of noProxy.toLowerCase().split(',')) {
    const entry = item.trim()
    if (entry === '*') isAll = true
    else if (entry !== '') addExemption(entry, networks, suffixes)
  }
  return (hostname, port) => {
    if (isAll || hostname === 'localhost' || hasAddress(networks, hostname)) return true
    return suffixes.some((suffix) => {
      if (suffix.port !== null && suffix.port !== port) return false
      return hostname.endsWith(suffix.text) || (suffix.isExactToo && hostname === suffix.text.slice(1))
    })
  }
}

function addExemption(entry: string, networks: BlockList, suffixes: { text: string; port: number | null; isExactToo: boolean }[]): void {
  if (addNetwork(networks, withoutBrackets(entry))) return
  const [, host = entry, portText] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry) ?? []
  const bare = withoutBrackets(host)
  const name = bare.startsWith('*.') ? bare.slice(1) : bare
  suffixes.push({
    text: name.startsWith('.') ? name : `.${name}`,
    port: portText === undefined ? null : Number(portText),
    isExactToo: !name.startsWith('.'),
  })
}
