// What `check` says about limits: clients that cannot be told apart or choose who they are, and limits that are none.

import type { CheckedBlock } from '../../../engine/compile/component.ts'
import { readRouterOptions } from '../../../engine/routing/router-options.ts'
import { canonicalName } from '../../../engine/headers.ts'
import { parseDuration } from '../../../go/duration.ts'
import { certainIssue, errorIssue, warningIssue, writeValue } from '../../../schema/issue.ts'
import type { Issue } from '../../../schema/issue.ts'
import { suggest } from '../../../schema/suggest.ts'
import { findClientId } from './client-id.ts'
import { LIMIT_QUIRKS } from './limit-quirks.ts'

const STRATEGY_HINT = 'it is "ip", "header" or, in files of version 3, "param"'
const NO_KEY = 'no name of a header or parameter: every request of this endpoint is refused'

interface EndpointLimit {
  readonly max_rate: number
  readonly client_max_rate: number
  readonly strategy: string
  readonly key: string
  readonly every: string
}

export function checkEndpointLimit(options: EndpointLimit, block: CheckedBlock): Issue[] {
  const { client_max_rate: clientRate, max_rate: rate, every } = options
  const issues = LIMIT_QUIRKS[block.dialect].readsEvery ? checkEvery(every) : []
  if (rate <= 0 && clientRate <= 0)
    issues.push(errorIssue('no-limit', [], 'neither "max_rate" nor "client_max_rate" is above 0: there is no limit'))
  return clientRate > 0 ? [...issues, ...checkClients(options, block)] : issues
}

/** A client limit whose clients cannot be told apart is none, or lets nobody in. */
function checkClients({ strategy, key }: EndpointLimit, { dialect, place }: CheckedBlock): Issue[] {
  const kind = strategy.toLowerCase()
  const quirks = LIMIT_QUIRKS[dialect]
  if (findClientId(strategy, key, canonicalName(key), quirks.countsParams) === null) {
    const meant = suggest(strategy, ['ip', 'header', 'param'])
    const issue = errorIssue('invalid-option', ['strategy'], `unknown strategy "${strategy}": clients are not limited`, STRATEGY_HINT)
    return [meant === null ? issue : { ...issue, fix: writeValue(['strategy'], meant) }]
  }
  if (kind !== 'ip' && key === '') return [certainIssue('requests', 'invalid-option', ['key'], NO_KEY)]
  if (kind === 'param' && place?.endpoint && !place.endpoint.writtenPath.includes(`{${key}}`))
    return [
      certainIssue(
        'requests',
        'invalid-option',
        ['key'],
        `the path of the endpoint has no {${key}}: every request of this endpoint is refused`,
      ),
    ]
  if (quirks.warnsOfTrust && kind === 'ip' && key === '' && place !== null && isSpoofable(place)) {
    const message = 'clients can choose the address that they are counted by: any of them may send X-Forwarded-For'
    return [errorIssue('spoofable-address', ['strategy'], message, 'set "trusted_proxies" in the "router" block of the service')]
  }
  return []
}

/** security: with the default of KrakenD whoever sends an X-Forwarded-For is believed. */
function isSpoofable({ config }: NonNullable<CheckedBlock['place']>): boolean {
  const { trusted_proxies: proxies, forwarded_by_client_ip: isForwarded } = readRouterOptions(config)
  return proxies.length === 0 && isForwarded
}

/** Whoever may see an answer sees what the limits are. */
export function checkHeaders(): Issue[] {
  return [
    warningIssue('visible-limits', [], 'clients see the limits of this endpoint and what is left of them', 'remove it if they must not'),
  ]
}

export function checkBackendLimit(
  { max_rate: rate, every }: { readonly max_rate: number; readonly every: string },
  { dialect }: CheckedBlock,
): Issue[] {
  const issues = LIMIT_QUIRKS[dialect].readsEvery ? checkEvery(every) : []
  if (rate <= 0) issues.push(errorIssue('no-limit', [], '"max_rate" is not above 0: there is no limit'))
  return issues
}

function checkEvery(every: string): Issue[] {
  const isDuration = typeof parseDuration(every) === 'number'
  return isDuration ? [] : [warningIssue('invalid-duration', ['every'], `"${every}" is no duration such as "1m": one second is assumed`)]
}
