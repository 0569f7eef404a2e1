// `:8090`, `127.0.0.1:8090`, `[::1]:8090`: addresses to listen on, as Go writes them.

export interface ListenAddress {
  /** Empty: all interfaces. */
  readonly host: string
  readonly port: number
}

const ADDRESS = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:[\]]*)):(?<port>\d{1,5})$/
const MAX_PORT = 65_535

/** Null for anything else. */
export function parseListenAddress(text: string): ListenAddress | null {
  const { v6, name = '', port = '' } = ADDRESS.exec(text)?.groups ?? {}
  if (port === '' || Number(port) > MAX_PORT) return null
  return { host: v6 ?? name, port: Number(port) }
}
