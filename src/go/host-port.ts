// `:8090`, `127.0.0.1:8090`, `[::1]:8090`: a host with its port, as Go writes addresses to listen on and to dial.

export interface HostPort {
  /** Empty: all interfaces. */
  readonly host: string
  readonly port: number
}

const ADDRESS = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:[\]]*)):(?<port>\d{1,5})$/
export const MAX_PORT = 65_535

/** Null for anything else. */
export function parseHostPort(text: string): HostPort | null {
  const { v6, name = '', port = '' } = ADDRESS.exec(text)?.groups ?? {}
  if (port === '' || Number(port) > MAX_PORT) return null
  return { host: v6 ?? name, port: Number(port) }
}
