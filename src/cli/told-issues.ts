// Findings as they may be told: about what the file really has, and without its secrets.

import { locateInherited } from '../config/defaults.ts'
import type { GatewayConfig, Secrets } from '../config/types.ts'
import { textMasker } from '../engine/secrets.ts'
import type { Issue } from '../schema/issue.ts'

/** What is inherited is found among the defaults; null for a file that has none, or cannot be read. */
export function toldIssues(issues: readonly Issue[], inherited: GatewayConfig['inherited'] | null, secrets: Secrets): Issue[] {
  const mask = textMasker(secrets)
  return issues.map((issue) => {
    const { message, hint, excerpt, ...rest } = locateInherited(issue, inherited ?? new Map())
    return { ...rest, message: mask(message), hint: mask(hint), ...(excerpt === undefined ? {} : { excerpt: mask(excerpt) }) }
  })
}
