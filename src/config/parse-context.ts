// What the parsers of all levels share. Knows no level.

import { type Issue, type IssuePath, errorIssue } from '../schema/issue.ts'
import { checkNamespaces, isDropped, type NamespaceRules } from './check-namespaces.ts'
import type { Inherited } from './defaults.ts'
import type { Dialect, Quirks } from './dialect.ts'
import { isSwitchedOff } from '../schema/own-keys.ts'
import { sanitizeHost } from './hosts.ts'
import { upgradeExtraConfig } from './upgrade.ts'

export interface ParseContext {
  readonly dialect: Dialect
  readonly quirks: Quirks
  /** What stops KrakenD, in its order. */
  readonly errors: Issue[]
  /** What only this product says. */
  readonly findings: Issue[]
  readonly namespaces: NamespaceRules
  readonly inherited: Inherited
}

export function reportInvalid(context: ParseContext, code: string, path: IssuePath, message: string, hint = ''): void {
  context.errors.push(errorIssue(code, path, message, hint))
}

/** Hosts as the engine wants them; one that is none is reported and left out. */
export function sanitizeHosts(hosts: readonly string[], at: IssuePath, context: ParseContext): string[] {
  const result: string[] = []
  for (const [index, host] of hosts.entries()) {
    const clean = sanitizeHost(host)
    if (clean !== null) result.push(clean)
    else reportInvalid(context, 'invalid-host', [...at, index], `host ${host} not valid: invalid host`, hintForHost(host))
  }
  return result
}

function hintForHost(host: string): string {
  if (/^https?:\/\/[^/]+\/./.test(host)) return 'a host has no path: put it in front of the url_pattern'
  if (/:\d$/.test(host)) return 'a port has at least two digits'
  return 'write "http://name:port", or set "disable_host_sanitize": true to use the text as it is'
}

/** New names for old ones, and a word about namespaces that nobody reads. */
export function finishExtraConfig(extraConfig: Map<string, unknown>, at: IssuePath, context: ParseContext): Map<string, unknown> {
  if (extraConfig.size > 0) {
    upgradeExtraConfig(extraConfig, context.quirks)
    context.findings.push(...checkNamespaces(extraConfig, [...at, 'extra_config'], context.namespaces, context.quirks))
    for (const [namespace, block] of extraConfig)
      if (isDropped(namespace, context.quirks) || isSwitchedOff(namespace, block)) extraConfig.delete(namespace)
  }
  return extraConfig
}
