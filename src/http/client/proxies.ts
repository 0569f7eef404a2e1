// Which proxy stands before a backend: HTTP_PROXY, HTTPS_PROXY and NO_PROXY as Go reads them. Knows no sockets.

import { BlockList, isIP } from 'node:net'

export interface ProxyServer {
  readonly host: string
  readonly port: number
  /** `Basic …` from user information in the URL; null without. */
  readonly authorization: string | null
}

export type FindProxy = (isSecure: boolean, host: string, port: number) => ProxyServer | null

/** Null when the environment names no proxy, which is nearly always. */
export function compileProxies(environment: Readonly<Record<string, string | undefined>>): FindProxy | null {
  const read = (name: string): string => environment[name] || environment[name.toLowerCase()] || ''
  const plain = parseProxy(read('HTTP_PROXY'))
  const secure = parseProxy(read('HTTPS_PROXY'))
  if (plain === null && secure === null) return null
  const isExempt = compileExemptions(read('NO_PROXY'))
  return (isSecure, host, port) => (isExempt(host.toLowerCase(), port) ? null : isSecure ? secure : plain)
}

function parseProxy(text: string): ProxyServer | null {
  if (text === '') return null
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (url === null || url.hostname === '') return null
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || 80,
    authorization: url.username === '' ? null : `Basic ${Buffer.from(credentials).toString('base64')}`,
  }
}

/** The loopback, and what NO_PROXY lists: names with their subdomains, `.name` for subdomains alone, addresses, networks, `*`. */
function compileExemptions(text: string): (host: string, port: number) => boolean {
  const items = text
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '')
  if (items.includes('*')) return () => true
  const networks = new BlockList()
  const names: string[] = []
  for (const item of items) if (!addNetwork(networks, item)) names.push(item)
  return function isExempt(host, port) {
    const family = isIP(host)
    if (host === 'localhost' || host === '::1' || (family === 4 && host.startsWith('127.'))) return true
    if (family !== 0) return networks.check(host, family === 6 ? 'ipv6' : 'ipv4') || names.includes(`${host}:${port}`)
    return names.some((name) => matchesName(name, host, port))
  }
}

function addNetwork(networks: BlockList, item: string): boolean {
  const [address = '', bits] = item.split('/')
  const family = isIP(address)
  if (family === 0) return false
  const width = family === 6 ? 128 : 32
  const prefix = bits === undefined ? width : Number(bits)
  if (!(prefix >= 0 && prefix <= width)) return false
  networks.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4')
  return true
}

function matchesName(item: string, host: string, port: number): boolean {
  const [name = '', wantedPort] = item.split(':')
  if (wantedPort !== undefined && Number(wantedPort) !== port) return false
  const suffix = name.replace(/^\*?\./, '.')
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`)
}
