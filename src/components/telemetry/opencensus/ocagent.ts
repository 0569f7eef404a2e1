// Where the exporter `ocagent` sends to: a collector that takes OTLP over gRPC.

import { parseHostPort } from '../../../go/host-port.ts'
import { type OtlpAddress, originOf } from '../otlp-address.ts'
import type { Exporters } from './options.ts'

/** Null for what is no address. */
export function ocagentAddress(ocagent: NonNullable<Exporters['ocagent']>): OtlpAddress | null {
  const address = parseHostPort(ocagent.address)
  if (address === null) return null
  const host = address.host.includes(':') ? `[${address.host}]` : address.host || 'localhost'
  const agent = {
    host: ocagent.insecure ? host : `https://${host}`,
    port: address.port,
    isHttp: false,
    isCompressed: ocagent.enable_compression,
  }
  return URL.canParse(originOf(agent)) ? agent : null
}
