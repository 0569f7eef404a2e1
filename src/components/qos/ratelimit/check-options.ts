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
import { type BackendOptions, type EndpointOptions, readBackendLimit, SECOND_NS } from './limits.ts'

const STRATEGY_HINT = 'it is "ip", "header" or, in files of version 3, "param"'
const NO_KEY = 'no name of a header or parameter: every request of this endpoint is refused'

type EndpointLimit = EndpointOptions & Record<'strategy' | 'key', string>

export function checkEndpointLimit(options: EndpointLimit, block: CheckedBlock): Issue[] {
  const { client_max_rate: clientRate, max_rate: rate, every } = options
  const issues = LIMIT_QUIRKS[block.dialect].readsEvery
    ? [...checkEvery(every), ...checkPeriod(every), ...checkCapacity(options, 'capacity'), ...checkCapacity(options, 'client_capacity')]
    : []
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
  if (kind === 'header' && canonicalName(key) === 'Host') {
    const message = 'the host is none of the header fields that KrakenD looks at: every request of this endpoint is refused'
    return [certainIssue('requests', 'invalid-option', ['key'], message)]
  }
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

export function checkBackendLimit(options: BackendOptions, { dialect }: CheckedBlock): Issue[] {
  const { max_rate: rate, every } = options
  const issues = checkCapacity(options, 'capacity')
  if (LIMIT_QUIRKS[dialect].readsEvery) issues.push(...checkEvery(every), ...checkTime(options))
  if (rate <= 0) issues.push(errorIssue('no-limit', [], '"max_rate" is not above 0: there is no limit'))
  return issues
}

/** A time that brings calls without end, or none. */
function checkTime(options: BackendOptions): Issue[] {
  const { max_rate: rate, every, capacity } = options
  const time = parseDuration(every)
  if (rate <= 0 || typeof time !== 'number' || time > 0) return []
  const isOff = readBackendLimit(options) === null
  const effect = isOff ? 'there is no limit' : `${capacity} calls pass, and no other ever`
  return [
    errorIssue('no-limit', ['every'], `"${every}" is no time that a rate could be counted over: ${effect}`, 'write "1s", or leave it out'),
  ]
}

/** compat: the rates of endpoints are counted over a second at least. */
function checkPeriod(every: string): Issue[] {
  const time = parseDuration(every)
  if (typeof time !== 'number' || time >= SECOND_NS) return []
  const hint = 'write the rates of a second'
  return [warningIssue('out-of-range', ['every'], `"${every}" is less than a second: the rates are those of one second`, hint)]
}

function checkCapacity<N extends string>(options: Readonly<Record<N, number>>, name: N): Issue[] {
  if (options[name] >= 0) return []
  const message = `${options[name]} is no size of a burst: what a second brings is taken, and KrakenD may take it for no limit at all`
  return [warningIssue('out-of-range', [name], message, 'write 1 or more')]
}

function checkEvery(every: string): Issue[] {
  const isDuration = typeof parseDuration(every) === 'number'
  return isDuration ? [] : [warningIssue('invalid-duration', ['every'], `"${every}" is no duration such as "1m": one second is assumed`)]
}
