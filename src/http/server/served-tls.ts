// Whether a server speaks TLS, for whoever asks without listening.

import type { ServerConfig, ServerTlsConfig } from '../../config/types.ts'

/** The section of a server that speaks TLS; null for clear text. */
export function servedTls({ tls }: Pick<ServerConfig, 'tls'>): ServerTlsConfig | null {
  return tls === null || tls.isDisabled ? null : tls
}
