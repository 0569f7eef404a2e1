// The options of `_gw/forward-auth`, and what of them cannot be meant.

import type { Static } from 'typebox'
import type { CheckedBlock } from '../../../engine/compile/component.ts'
import { protectsHereOnly } from '../../../engine/compile/portability.ts'
import { canonicalName, HOP_BY_HOP } from '../../../engine/headers.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { isToken } from '../../../go/header-name.ts'
import { errorIssue, type Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'

export const options = Type.Object({
  url: Type.String({ minLength: 1, description: 'The service that is asked, with GET, for every request.' }),
  request_headers: Type.Array(Type.String(), {
    default: ['Authorization', 'Cookie'],
    description: 'Header fields of the client that it gets; `["*"]`: all.',
  }),
  response_headers: Type.Array(Type.String(), {
    default: [],
    description: 'Header fields of its good answer that the request gets. What the client itself sent under these names is gone.',
  }),
  response_cookies: Type.Array(Type.String(), {
    default: [],
    description: 'Cookies of its good answer that the client’s answer gets; `["*"]`: all.',
  }),
  timeout: Type.String({ default: '2s', format: 'duration', description: 'How long it may take; then requests are answered 503.' }),
  forward_body: Type.Integer({
    default: 0,
    minimum: 0,
    description: 'Bytes of a body that are sent along, with POST; a request with more is answered 413. 0: no body is.',
  }),
})

export type Options = Static<typeof options>

export const ALL = '*'

/** What the gateway decides itself, in whatever request. */
const OF_CONNECTIONS: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'Host', 'Content-Length', 'Expect'])

export function checkForwardAuth(given: Options, { place }: Pick<CheckedBlock, 'place'>): Issue[] {
  const issues: Issue[] = checkUrl(given.url)
  if ((parseDurationMs(given.timeout) ?? 0) < 1) issues.push(wrong(['timeout'], 'must be a millisecond at least'))
  for (const option of ['request_headers', 'response_headers'] as const)
    for (const [index, name] of given[option].entries()) issues.push(...checkName(name, [option, index], option === 'request_headers'))
  for (const [index, name] of given.response_cookies.entries())
    if (!isToken(name)) issues.push(wrong(['response_cookies', index], `"${name}" is no name of a cookie`))
  return place === null
    ? issues
    : [...issues, protectsHereOnly('"_gw/forward-auth" decides who gets in', 'keep the file away from KrakenD')]
}

function wrong(path: readonly (string | number)[], message: string, hint = ''): Issue {
  return errorIssue('invalid-option', path, message, hint)
}

function checkUrl(text: string): Issue[] {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return [wrong(['url'], `"${text}" is no URL of http or https`)]
  // The field that they would be sent in is the client's.
  if (url.username !== '' || url.password !== '') return [wrong(['url'], 'user and password cannot stand in it')]
  return []
}

function checkName(name: string, path: readonly (string | number)[], mayBeAll: boolean): Issue[] {
  if (name === ALL && mayBeAll) return []
  if (name === ALL) return [wrong(path, 'each field is named: only then is it known what a client must not send')]
  if (!isToken(name)) return [wrong(path, `"${name}" is no name of a header field`)]
  return OF_CONNECTIONS.has(canonicalName(name)) ? [wrong(path, `"${name}" belongs to a connection`)] : []
}
