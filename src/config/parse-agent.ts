// One async agent with its backends. Knows no driver.

import type { RawAgent, RawBackend } from './fields.ts'
import { parseBackend } from './parse-backend.ts'
import { finishExtraConfig, type ParseContext } from './parse-context.ts'
import { withFallback } from './parse-fallback.ts'
import type { AgentConfig, BackendConfig, ConfigPath } from './types.ts'

export interface AgentParent {
  readonly hosts: readonly string[]
  readonly timeoutMs: number
}

export function parseAgent(raw: RawAgent, index: number, parent: AgentParent, context: ParseContext): AgentConfig {
  const at: ConfigPath = ['async_agent', index]
  const timeoutMs = raw.consumer?.timeout || parent.timeoutMs
  const backendParent = { hosts: parent.hosts, method: 'GET', timeoutMs, concurrentCalls: 1, isNoOp: false }
  const parse = (backend: RawBackend, place: ConfigPath): BackendConfig =>
    parseBackend(backend, backend.url_pattern, place, backendParent, context)
  return {
    at,
    name: raw.name || `AsyncAgent-${String(index).padStart(2, '0')}`,
    maxRetries: orUnlimited(raw.connection?.max_retries),
    backoffStrategy: raw.connection?.backoff_strategy ?? '',
    healthIntervalMs: Math.max(1000, raw.connection?.health_interval ?? 0),
    timeoutMs,
    workers: Math.max(1, raw.consumer?.workers ?? 0),
    topic: raw.consumer?.topic ?? '',
    maxRate: orUnlimited(raw.consumer?.max_rate),
    encoding: raw.encoding,
    extraConfig: finishExtraConfig(raw.extra_config, at, context),
    backends: raw.backend.map((backend, position) => withFallback(parse(backend, [...at, 'backend', position]), context, parse)),
  }
}

function orUnlimited(value = 0): number {
  return value > 0 ? value : Infinity
}
