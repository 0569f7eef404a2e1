// The service's block `telemetry/gelf`: which server gets the access log, and the log of `telemetry/logging`.

import type { ExtraConfig } from '../config/types.ts'
import { block } from '../engine/compile/component.ts'
import { optionsOf } from '../engine/compile/read-block.ts'
import { parseHostPort } from '../go/host-port.ts'
import { errorIssue, type Issue } from '../schema/issue.ts'
import { Type } from '../schema/type.ts'

const NAMESPACE = 'telemetry/gelf'

const options = Type.Object({
  address: Type.String({ default: '', description: 'Host and port of the server: `graylog:12201`. Needed.' }),
  enable_tcp: Type.Boolean({ default: false, description: 'TCP in place of UDP.' }),
})

export const gelfBlock = block({
  namespace: NAMESPACE,
  options,
  reading: 'map',
  check({ address }): Issue[] {
    const problem = explainAddress(address)
    if (problem === null) return []
    return [errorIssue('invalid-option', ['address'], `${problem}: nothing is sent`, 'write host and port, such as "graylog:12201"')]
  },
})

/** Where records go. */
export interface GelfTarget {
  /** As the file has it. */
  readonly address: string
  readonly host: string
  readonly port: number
  readonly isTcp: boolean
}

/** What a configuration says: nothing, a server, or KrakenD's words for what is wrong. */
export function readGelf(blocks: ExtraConfig): GelfTarget | { readonly problem: string } | null {
  if (!blocks.has(NAMESPACE)) return null
  const { address, enable_tcp: isTcp } = optionsOf(gelfBlock, blocks)
  const problem = explainAddress(address)
  const found = parseHostPort(address)
  if (problem !== null || found === null) return { problem: problem ?? address }
  return { address, host: found.host === '' ? 'localhost' : found.host, port: found.port, isTcp }
}

/** The same, where only a server counts. */
export function gelfTargetOf(blocks: ExtraConfig): GelfTarget | null {
  const gelf = readGelf(blocks)
  return gelf === null || 'problem' in gelf ? null : gelf
}

function explainAddress(address: string): string | null {
  if (address === '') return 'missing addr to send gelf logs'
  const found = parseHostPort(address)
  if (found !== null) return found.port === 0 ? `address ${address}: invalid port` : null
  return `address ${address}: ${/:\d+$/.test(address) ? 'not a host and a port' : 'missing port in address'}`
}
