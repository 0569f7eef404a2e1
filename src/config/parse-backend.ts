// One backend: inherits from its endpoint or agent. Knows no other level.

import type { RawBackend } from './fields.ts'
import { canonicalHeaderName } from '../go/header-name.ts'
import { finishExtraConfig, type ParseContext, sanitizeHosts } from './parse-context.ts'
import type { BackendConfig, ConfigPath } from './types.ts'

/** What a backend takes over from what stands around it. */
export interface BackendParent {
  readonly hosts: readonly string[]
  readonly method: string
  readonly timeoutMs: number
  readonly concurrentCalls: number
  /** Whether the backend's stream is passed on undecoded. */
  readonly isNoOp: boolean
}

/** `urlPattern` is what its endpoint makes of the one that is written. */
export function parseBackend(
  raw: RawBackend,
  urlPattern: string,
  at: ConfigPath,
  parent: BackendParent,
  context: ParseContext,
): BackendConfig {
  const writtenEncoding = parent.isNoOp ? 'no-op' : raw.encoding
  return {
    at,
    hosts: readHosts(raw, at, parent, context),
    urlPattern,
    method: (raw.method || parent.method).toUpperCase(),
    writtenMethod: raw.method || parent.method,
    encoding: writtenEncoding.toLowerCase(),
    writtenEncoding,
    isCollection: raw.is_collection,
    target: raw.target,
    group: raw.group,
    allow: raw.allow,
    deny: raw.deny,
    mapping: raw.mapping,
    sd: raw.sd,
    sdScheme: raw.sd_scheme || 'http',
    disableHostSanitize: raw.disable_host_sanitize,
    inputHeaders: raw.input_headers.map(canonicalHeaderName),
    inputQueryStrings: raw.input_query_strings,
    extraConfig: finishExtraConfig(raw.extra_config, at, context),
    timeoutMs: parent.timeoutMs,
    concurrentCalls: parent.concurrentCalls,
  }
}

function readHosts(raw: RawBackend, at: ConfigPath, parent: BackendParent, context: ParseContext): readonly string[] {
  if (raw.host.length === 0) return parent.hosts
  return raw.disable_host_sanitize ? raw.host : sanitizeHosts(raw.host, [...at, 'host'], context)
}
