// Which rules a configuration breaks. Knows no file and no output.

import type { GatewayConfig } from '../config/types.ts'
import { rules } from './rules.ts'

/** As `marshal` writes it; the keys stand in that order. */
export type Recommendation = {
  readonly rule: string
  readonly severity: string
  readonly message: string
}

export type AuditResult = {
  readonly recommendations: readonly Recommendation[]
  /** Without content, as with KrakenD. */
  readonly stats: Readonly<Record<string, never>>
}

export interface AuditChoice {
  /** Severities to report, in capitals; others are left out. */
  readonly severities: ReadonlySet<string>
  /** Numbers of rules to leave out. */
  readonly ignored: ReadonlySet<string>
}

/** The broken rules, in the order of the rules. */
export function auditConfig(config: GatewayConfig, { severities, ignored }: AuditChoice): AuditResult {
  const broken = rules.filter(({ rule, severity, applies }) => severities.has(severity) && !ignored.has(rule) && applies(config))
  return { recommendations: broken.map(({ rule, severity, message }) => ({ rule, severity, message })), stats: {} }
}
