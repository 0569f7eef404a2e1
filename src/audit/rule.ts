// What a rule of an audit is. Knows none.

import type { GatewayConfig } from '../config/types.ts'

export const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] as const

export type Severity = (typeof SEVERITIES)[number]

export interface Rule {
  /** KrakenD's number: `2.1.3`. */
  readonly rule: string
  readonly severity: Severity
  readonly message: string
  readonly applies: (config: GatewayConfig) => boolean
}

/** `applies` says whether the configuration breaks the rule. */
export function defineRule(rule: string, severity: Severity, message: string, applies: Rule['applies']): Rule {
  return { rule, severity, message, applies }
}
