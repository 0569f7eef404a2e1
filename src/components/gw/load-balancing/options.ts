// The options of `_gw/load-balancing`, and what of them contradicts each other or the backend. Knows no host.

import type { Static } from 'typebox'
import type { CheckedBlock } from '../../../engine/compile/component.ts'
import { isToken } from '../../../go/header-name.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { errorIssue, type Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { namesStatus } from '../status-list.ts'

export const options = Type.Object({
  policy: Type.Enum(['random', 'round_robin', 'power_of_two_choices', 'least_requests', 'first'], {
    default: 'random',
    description:
      'Which host is next: any; each in turn; of two the one with fewer requests in flight; the one with fewest; the first that may be asked.',
  }),
  weights: Type.Array(Type.Number({ minimum: 0 }), {
    default: [],
    description: 'One number for each entry of `host`: its share. 0: only when nothing else is left. Empty: all alike.',
  }),
  sticky: Type.Optional(
    Type.Object({
      cookie: Type.String({ default: '', description: 'Name of a cookie that keeps a client with its host.' }),
      header: Type.String({ default: '', description: 'Name of a request header: equal values go to the same host.' }),
      ttl: Type.String({ default: '0s', format: 'duration', description: '`Max-Age` of the cookie. `0s`: until the browser ends.' }),
      same_site: Type.Enum(['Lax', 'Strict', 'None'], { default: 'Lax', description: '`SameSite` of the cookie.' }),
      secure: Type.Boolean({ default: false, description: '`Secure` also when the client came without TLS (behind a proxy).' }),
      secret: Type.String({ default: '', description: 'Makes cookies of several gateways alike. Empty: a new secret at each start.' }),
    }),
  ),
  outlier_detection: Type.Optional(
    Type.Object({
      consecutive_errors: Type.Integer({ default: 5, minimum: 1, description: 'Errors in a row after which a host is left out.' }),
      base_ejection_time: Type.String({
        default: '30s',
        format: 'duration',
        description: 'For how long, times how often in a row, at most ten times.',
      }),
      max_ejection_percent: Type.Integer({
        default: 50,
        minimum: 0,
        maximum: 100,
        description: 'How many hosts may be left out at a time; one always, if there are two.',
      }),
    }),
  ),
  health_check: Type.Optional(
    Type.Object({
      path: Type.String({ default: '', description: 'Path that every host is asked for.' }),
      interval: Type.String({ default: '10s', format: 'duration', description: 'Time between two checks, more or less a tenth.' }),
      timeout: Type.String({ default: '1s', format: 'duration', description: 'How long an answer may take.' }),
      unhealthy_threshold: Type.Integer({ default: 2, minimum: 1, description: 'Bad checks in a row until a host is left out.' }),
      healthy_threshold: Type.Integer({ default: 1, minimum: 1, description: 'Good ones until it is asked again.' }),
      statuses: Type.Array(Type.Union([Type.String(), Type.Integer()]), {
        default: ['2xx'],
        description: 'Good answers: statuses, or hundreds of them.',
      }),
      headers: Type.Record(Type.String(), Type.String(), { default: {}, description: 'Header fields of the check.' }),
    }),
  ),
})

export type Options = Static<typeof options>

export function checkBalancing(given: Options, { place }: CheckedBlock): Issue[] {
  const backend = place?.backend ?? null
  const { weights, sticky, health_check: health } = given
  const issues: Issue[] = []
  const refuse = (path: readonly (string | number)[], message: string, hint = ''): void =>
    void issues.push(errorIssue('invalid-option', path, message, hint))
  if (weights.length > 0 && backend !== null) {
    if (backend.sd === 'dns') refuse(['weights'], 'weights of discovered hosts come from the name server', 'leave "weights" out')
    else if (weights.length !== backend.hosts.length)
      refuse(['weights'], `there are ${weights.length} weights for ${backend.hosts.length} hosts`, 'write one for each entry of "host"')
  }
  if (weights.length > 0 && weights.every((weight) => weight === 0))
    refuse(['weights'], 'every host is a reserve: nothing is left to be one of')
  if (sticky !== undefined) {
    if ((sticky.cookie === '') === (sticky.header === '')) refuse(['sticky'], 'needs a "cookie" or a "header", one of them')
    if (sticky.cookie !== '' && !isToken(sticky.cookie)) refuse(['sticky', 'cookie'], 'is no name of a cookie')
    if (sticky.header !== '' && !isToken(sticky.header)) refuse(['sticky', 'header'], 'is no name of a header')
  }
  if (health !== undefined) {
    if (!health.path.startsWith('/')) refuse(['health_check', 'path'], 'must begin with a slash', 'write "/health"')
    for (const name of ['interval', 'timeout'] as const)
      if ((parseDurationMs(health[name]) ?? 0) < 1) refuse(['health_check', name], 'is no time to wait', 'write "10s"')
    for (const [index, status] of health.statuses.entries())
      if (!namesStatus(String(status))) refuse(['health_check', 'statuses', index], `"${status}" is no status`, 'write 204 or "2xx"')
    for (const name of Object.keys(health.headers)) if (!isToken(name)) refuse(['health_check', 'headers', name], 'is no name of a header')
  }
  return issues
}
