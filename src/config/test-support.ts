// For tests: small configurations, parsed. Knows nothing of what is tested.

import assert from 'node:assert/strict'
import { type ParseResult, parseConfig, type ParseOptions } from './parse.ts'
import type { GatewayConfig } from './types.ts'

const KNOWN = ['proxy', 'router', 'security/cors', 'auth/validator', 'qos/ratelimit/router', 'qos/ratelimit/proxy', 'plugin/http-server']

/** A version-3 file unless `raw` says otherwise. */
export function parse(raw: object, options: Partial<ParseOptions> = {}): ParseResult {
  return parseConfig({ version: 3, ...raw }, { knownNamespaces: KNOWN, ...options })
}

/** The configuration of a file that is accepted. */
export function accept(raw: object, options: Partial<ParseOptions> = {}): GatewayConfig {
  const { config, issues } = parse(raw, options)
  assert.ok(config !== null, JSON.stringify(issues))
  return config
}

/** What is said about a file. */
export function messages(raw: object, options: Partial<ParseOptions> = {}): string[] {
  return parse(raw, options).issues.map((issue) => issue.message)
}
