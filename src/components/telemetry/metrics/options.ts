// What stands in the blocks `telemetry/metrics` and `telemetry/influx`.

import type { Static } from 'typebox'
import type { OpenedPort } from '../../../engine/compile/opened-ports.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { errorIssue, type Issue, warningIssue } from '../../../schema/issue.ts'
import { parseHttpUrl } from '../../../go/url.ts'
import { Type } from '../../../schema/type.ts'
import { parseHostPort } from '../../../go/host-port.ts'

export const NAMESPACE = 'telemetry/metrics'
export const INFLUX_NAMESPACE = 'telemetry/influx'

export const options = Type.Object({
  collection_time: Type.String({
    default: '60s',
    description: 'How long the window is over which histograms and `connected` are counted, as a duration such as `30s`.',
  }),
  listen_address: Type.String({
    default: ':8090',
    description: 'Where `/__stats` is served: `:8090` on all interfaces, `127.0.0.1:8090` on one.',
  }),
  endpoint_disabled: Type.Boolean({ default: false, description: 'No `/__stats`; for those who push with `telemetry/influx`.' }),
  router_disabled: Type.Boolean({ default: false, description: 'The answers of endpoints are not counted.' }),
  proxy_disabled: Type.Boolean({ default: false, description: 'What endpoints ask as a whole is not counted.' }),
  backend_disabled: Type.Boolean({ default: false, description: 'What single backends are asked is not counted.' }),
})

export const influxOptions = Type.Object({
  address: Type.String({
    default: '',
    description: 'URL of an InfluxDB 1.x, or of anything that takes its line protocol at `/write`. Needed.',
  }),
  ttl: Type.String({ default: '1m', description: 'How often figures are sent, as a duration.' }),
  db: Type.String({ default: 'krakend', description: 'Name of the database.' }),
  username: Type.String({ default: '', description: 'User for basic authentication; empty: none.' }),
  password: Type.String({ default: '', description: 'Password of the user.' }),
  buffer_size: Type.Integer({
    default: 0,
    description: 'Batches that are kept while the database cannot take them; the oldest is dropped then. 0: none, 1000 at most.',
  }),
})

export type Options = Static<typeof options>
export type InfluxOptions = Static<typeof influxOptions>

const DEFAULT_COLLECTION_MS = 60_000
const DEFAULT_TTL_MS = 60_000

export function collectionMs({ collection_time: text }: Options): number {
  return periodOf(text) ?? DEFAULT_COLLECTION_MS
}

export function pushMs({ ttl }: InfluxOptions): number {
  return periodOf(ttl) ?? DEFAULT_TTL_MS
}

/** A database is asked over HTTP. */
export function influxUrl({ address }: InfluxOptions): URL | null {
  return parseHttpUrl(address)
}

/** `/__stats` is there. */
export function opensPort({ endpoint_disabled: isOff, listen_address: text }: Options): OpenedPort[] {
  const address = isOff ? null : parseHostPort(text)
  return address === null ? [] : [{ ...address, path: [NAMESPACE, 'listen_address'] }]
}

export function findWrongTimes(given: Options): Issue[] {
  const issues: Issue[] = []
  if (periodOf(given.collection_time) === null) issues.push(warnOfPeriod('collection_time', given.collection_time, '60s'))
  if (!given.endpoint_disabled && parseHostPort(given.listen_address) === null)
    issues.push(
      errorIssue(
        'invalid-option',
        ['listen_address'],
        `"${given.listen_address}" is no address to listen on: there is no /__stats`,
        'write ":8090" or "127.0.0.1:8090"',
      ),
    )
  return issues
}

export function findWrongInflux(given: InfluxOptions): Issue[] {
  const issues: Issue[] = []
  if (influxUrl(given) === null)
    issues.push(
      errorIssue(
        'invalid-option',
        ['address'],
        given.address === '' ? 'address is required: nothing is sent' : 'is no URL with http or https: nothing is sent',
        'write "http://localhost:8086"',
      ),
    )
  if (periodOf(given.ttl) === null) issues.push(warnOfPeriod('ttl', given.ttl, '1m'))
  return issues
}

/** Null for what is no time to wait. */
function periodOf(text: string): number | null {
  const ms = parseDurationMs(text)
  return ms === null || ms <= 0 ? null : Math.max(1, ms)
}

function warnOfPeriod(option: string, text: string, instead: string): Issue {
  return warningIssue('invalid-option', [option], `"${text}" is no time to wait: it counts as ${instead}`, 'write "30s" or "1m"')
}
