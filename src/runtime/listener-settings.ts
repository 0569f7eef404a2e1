// Which settings of a configuration belong to its listening socket. Knows nothing of sockets.

import type { GatewayConfig } from '../config/types.ts'

/** The file's name of each, and its value. */
const SETTINGS: Readonly<Record<string, (config: GatewayConfig) => unknown>> = {
  port: (config) => config.port,
  listen_ip: (config) => config.listenIp,
  tls: (config) => config.tls,
  read_timeout: (config) => config.readTimeoutMs,
  read_header_timeout: (config) => config.readHeaderTimeoutMs,
  write_timeout: (config) => config.writeTimeoutMs,
  idle_timeout: (config) => config.idleTimeoutMs,
  max_header_bytes: (config) => config.maxHeaderBytes,
  use_h2c: (config) => config.useH2c,
}

/** Names of the settings that differ, which only a restart can change. */
export function findListenerChanges(before: GatewayConfig, after: GatewayConfig): string[] {
  return Object.entries(SETTINGS)
    .filter(([, read]) => JSON.stringify(read(before)) !== JSON.stringify(read(after)))
    .map(([name]) => name)
}
