// The block `_gw/stream` of an endpoint: how long its answers may last, and which protocols clients may switch to.

import type { Static } from 'typebox'
import type { EndpointConfig } from '../../config/types.ts'
import { parseDurationMs } from '../../go/duration.ts'
import { errorIssue, type Issue, warningIssue } from '../../schema/issue.ts'
import { Type } from '../../schema/type.ts'
import { block, type CheckedBlock } from '../compile/component.ts'
import { optionsOf } from '../compile/read-block.ts'
import { isToken } from '../../go/header-name.ts'
import { proxyOptions } from '../pipe/proxy-block.ts'

const options = Type.Object({
  idle_timeout: Type.String({
    default: '60s',
    format: 'duration',
    description: 'Longest time in which no byte passes, in whichever direction is under way. `0s`: any.',
  }),
  max_duration: Type.String({ default: '0s', format: 'duration', description: 'Longest life of the whole exchange. `0s`: any.' }),
  upgrade: Type.Array(Type.String(), {
    default: [],
    description: 'Protocols that clients may switch to with `Upgrade`, in lower case, such as `websocket`.',
  }),
})

export const streamBlock = block({ namespace: '_gw/stream', options, check: checkStream })

/** In milliseconds; Infinity is no limit. */
export interface StreamLimits {
  readonly idleMs: number
  readonly maxMs: number
  readonly upgrades: readonly string[]
}

/** Null for an endpoint without the block. */
export function streamLimitsOf({ extraConfig }: Pick<EndpointConfig, 'extraConfig'>): StreamLimits | null {
  if (!extraConfig.has(streamBlock.namespace)) return null
  const { idle_timeout, max_duration, upgrade } = optionsOf(streamBlock, extraConfig)
  return { idleMs: limitOf(idle_timeout), maxMs: limitOf(max_duration), upgrades: upgrade }
}

/** Protocols that an endpoint lets clients switch to. */
export function upgradesOf(endpoint: Pick<EndpointConfig, 'extraConfig'>): readonly string[] {
  return streamLimitsOf(endpoint)?.upgrades ?? []
}

function limitOf(duration: string): number {
  return parseDurationMs(duration) || Infinity
}

function checkStream(given: Static<typeof options>, { place }: CheckedBlock): Issue[] {
  const issues = [...checkProtocols(given.upgrade)]
  if (limitOf(given.idle_timeout) === Infinity && limitOf(given.max_duration) === Infinity) {
    const message = 'nothing ends a stream that stands still: each holds two connections for as long as it likes'
    issues.push(warningIssue('endless-stream', ['idle_timeout'], message, 'set "idle_timeout" or "max_duration"'))
  }
  const endpoint = place?.endpoint ?? null
  if (endpoint === null || place === null) return issues
  if (place.config.server.writeTimeoutMs !== Infinity) {
    const message = '"write_timeout" of the service cuts streams as well'
    issues.push(warningIssue('endless-stream', [], message, 'leave "write_timeout" out'))
  }
  return [...issues, ...findContradictions(endpoint)]
}

function checkProtocols(protocols: readonly string[]): Issue[] {
  return protocols.flatMap((protocol, index) => {
    const path = ['upgrade', index]
    if (protocol === 'h2c')
      return [errorIssue('invalid-option', path, 'HTTP/2 is no protocol that passes through here', 'there is "use_h2c"')]
    if (isToken(protocol) && protocol === protocol.toLowerCase()) return []
    return [errorIssue('invalid-option', path, `"${protocol}" is no name of a protocol in lower case`, 'write "websocket"')]
  })
}

function findContradictions(endpoint: EndpointConfig): Issue[] {
  const found: [boolean, string, string][] = [
    [!endpoint.isNoOp, 'only answers of "no-op" endpoints are streams', 'set "output_encoding": "no-op"'],
    [endpoint.concurrentCalls > 1, 'several calls at once cannot be one stream', 'leave "concurrent_calls" out'],
    [proxyOptions(endpoint).static !== undefined, 'nothing can be added to a stream', 'leave "static" of "proxy" out'],
    [endpoint.extraConfig.has('_gw/cache'), 'a stream is not kept', 'leave "_gw/cache" out'],
  ]
  return found.flatMap(([isWrong, message, hint]) => (isWrong ? [errorIssue('contradiction', [], message, hint)] : []))
}
