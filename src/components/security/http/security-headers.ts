// The headers that tell browsers to be careful. Knows nothing of requests.

import { randomBytes } from 'node:crypto'
import { headerValue } from '../../../engine/header-values.ts'

export interface HeaderOptions {
  readonly sts_seconds: number
  readonly sts_include_subdomains: boolean
  readonly force_sts_header: boolean
  readonly frame_deny: boolean
  readonly custom_frame_options_value: string
  readonly content_type_nosniff: boolean
  readonly browser_xss_filter: boolean
  readonly content_security_policy: string
  readonly referrer_policy: string
  readonly is_development: boolean
}

/** Names and values, in pairs. */
export type Pairs = readonly (readonly [name: string, value: string])[]

export interface SecurityHeaders {
  readonly overHttps: Pairs
  readonly overHttp: Pairs
  /** Gives the policy with a nonce for one request; null where the policy is the same for all. */
  readonly policyWithNonce: (() => string) | null
}

/** Decides once what is sent. */
export function compileSecurityHeaders(options: HeaderOptions): SecurityHeaders {
  const common: [string, string][] = []
  const frame = headerValue(options.custom_frame_options_value) || (options.frame_deny ? 'DENY' : '')
  if (frame !== '') common.push(['X-Frame-Options', frame])
  if (options.content_type_nosniff) common.push(['X-Content-Type-Options', 'nosniff'])
  if (options.browser_xss_filter) common.push(['X-Xss-Protection', '1; mode=block'])
  const policy = headerValue(options.content_security_policy)
  const hasNonce = policy.includes('$NONCE')
  if (policy !== '' && !hasNonce) common.push(['Content-Security-Policy', policy])
  const referrerPolicy = headerValue(options.referrer_policy)
  if (referrerPolicy !== '') common.push(['Referrer-Policy', referrerPolicy])
  const secured: Pairs = [...transportSecurity(options), ...common]
  return {
    overHttps: secured,
    overHttp: options.force_sts_header ? secured : common,
    policyWithNonce: hasNonce ? () => policy.replaceAll('$NONCE', () => `'nonce-${randomBytes(16).toString('base64url')}'`) : null,
  }
}

function transportSecurity({ sts_seconds, sts_include_subdomains, is_development }: HeaderOptions): Pairs {
  if (sts_seconds === 0 || is_development) return []
  return [['Strict-Transport-Security', `max-age=${sts_seconds}${sts_include_subdomains ? '; includeSubDomains' : ''}`]]
}
