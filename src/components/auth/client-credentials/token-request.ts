// Writes the request for a token as golang.org/x/oauth2 does. Knows nothing of answers and caches.

import { compareText } from '../../../go/text.ts'
import { escapeQueryComponent } from '../../../go/url.ts'

export interface Grant {
  readonly clientId: string
  readonly clientSecret: string
  /** As written: separated by commas. */
  readonly scopes: string
  readonly endpointParams: Readonly<Record<string, readonly string[]>>
}

export interface TokenRequest {
  /** The Authorization header; null when the credentials are in the body. */
  readonly authorization: string | null
  readonly body: Buffer
}

export interface TokenRequests {
  readonly withBasic: TokenRequest
  readonly withBody: TokenRequest
}

/** Both ways of saying who asks. Throws an Error where the parameters name what they must not. */
export function compileTokenRequests(grant: Grant): TokenRequests {
  const { clientId, clientSecret } = grant
  const form = new Map<string, readonly string[]>([
    ['grant_type', ['client_credentials']],
    // compat: without scopes an empty one is sent.
    ['scope', [grant.scopes.split(',').join(' ')]],
  ])
  for (const [name, values] of Object.entries(grant.endpointParams)) {
    if (name === 'scope') throw new Error('oauth2: cannot overwrite parameter "scope"')
    form.set(name, values)
  }
  const credentials = `${escapeForm(clientId)}:${escapeForm(clientSecret)}`
  const withBasic = { authorization: `Basic ${Buffer.from(credentials).toString('base64')}`, body: encodeForm(form) }
  if (clientId !== '') form.set('client_id', [clientId])
  if (clientSecret !== '') form.set('client_secret', [clientSecret])
  return { withBasic, withBody: { authorization: null, body: encodeForm(form) } }
}

function encodeForm(form: ReadonlyMap<string, readonly string[]>): Buffer {
  const pairs = [...form].sort(([a], [b]) => compareText(a, b))
  return Buffer.from(pairs.flatMap(([name, values]) => values.map((value) => `${escapeForm(name)}=${escapeForm(value)}`)).join('&'))
}

/** Everything but letters, digits, `-`, `_`, `.` and `~` as `%XX`; a blank as `+`. */
function escapeForm(text: string): string {
  return escapeQueryComponent(text.toWellFormed())
}
