// The `client_tls` section as options of Node's TLS client. Knows nothing of HTTP.

import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import type { ClientTlsConfig } from '../../config/types.ts'
import type { Logger } from '../../engine/compile/component.ts'
import { asError } from '../../engine/errors.ts'
import { describeFileError } from '../../go/file-error.ts'
import { tlsChoices } from './names.ts'
import { readPair, trustContext } from './trust.ts'

/** Options for connections to backends, made when the first of them needs TLS. Files that cannot be read are logged and skipped. */
export function clientTls(section: ClientTlsConfig | null, log: Logger | undefined): () => ConnectionOptions {
  let known: ConnectionOptions | null = null
  return () => {
    known ??= section === null ? defaults() : build(section, log)
    return known
  }
}

function defaults(): ConnectionOptions {
  return { secureContext: trustContext({ authorities: [], trustsSystem: true, pairs: [] }) }
}

function build(section: ClientTlsConfig, log: Logger | undefined): ConnectionOptions {
  const trust = {
    authorities: section.caCerts.flatMap((path) => orLog(`certificate CA ${path}`, log, () => readOwn(path))),
    trustsSystem: !section.disableSystemCaPool,
    pairs: section.clientCerts.flatMap((pair) =>
      orLog(`client certificate ${pair.certificate}, ${pair.privateKey}`, log, () => readPair(pair, readOwn)),
    ),
  }
  return { secureContext: trustContext(trust, tlsChoices(section)), rejectUnauthorized: !section.allowInsecureConnections }
}

function readOwn(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new Error(describeFileError(error, path), { cause: error })
  }
}

/** What was read, or nothing but a line of the log. */
function orLog<T>(what: string, log: Logger | undefined, read: () => T): T[] {
  try {
    return [read()]
  } catch (error) {
    log?.error(`[SERVICE: HTTP Server] Cannot load ${what}: ${asError(error).message}`)
    return []
  }
}
