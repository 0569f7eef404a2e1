// `:8090`, `127.0.0.1:8090`, `[::1]:8090`: a host with its port, as Go writes addresses to listen on and to dial.

export interface HostPort {
  /** Empty: all interfaces. */
  readonly host: string
  readonly port: number
}

const HOST_HEADER = /^[\w!$%&'()*+,\-.:;=[\]~]*$/
const ADDRESS = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:[\]]*)):(?<port>\d{1,5})$/
export const MAX_PORT = 65_535

/** Why the system refuses to open a port. */
const BIND_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'bind: address already in use',
  EACCES: 'bind: permission denied',
  EADDRNOTAVAIL: 'bind: cannot assign requested address',
}

/** Null for anything else. */
export function parseHostPort(text: string): HostPort | null {
  const { v6, name = '', port = '' } = ADDRESS.exec(text)?.groups ?? {}
  if (port === '' || Number(port) > MAX_PORT) return null
  return { host: v6 ?? name, port: Number(port) }
}

const ANY_ADDRESS: ReadonlySet<string> = new Set(['', '0.0.0.0', '::'])

/** Whether who listens there listens on all interfaces. */
export function isAnyAddress(host: string): boolean {
  return ANY_ADDRESS.has(host)
}

/** Go's net.JoinHostPort. */
export function joinHostPort(host: string, port: number | string): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** `bind: address already in use`; null for an error that says nothing of a port. */
export function bindReason({ code = '' }: NodeJS.ErrnoException): string | null {
  return BIND_REASONS[code] ?? null
}

/** httpguts.ValidHostHeader. security: what else stands there would be taken for more than a host. */
export function isHostHeader(text: string): boolean {
  return HOST_HEADER.test(text)
}
