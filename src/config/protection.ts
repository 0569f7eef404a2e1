// What becomes of a protection that a file asks for and that is not there.

import { isObject } from '../json/types.ts'
import { type Issue, type IssuePath, errorIssue, warningIssue } from '../schema/issue.ts'
import enterprise from './upgrades/enterprise.json' with { type: 'json' }

/** JSON Schemas have references of their own. */
const FREE: ReadonlySet<string> = new Set(['validation/json-schema', 'validation/response-json-schema'])

/** `ce`: the Enterprise edition's protection is ignored, as KrakenD's community edition does. */
export type Edition = 'ce' | null

export const WITHOUT_PROTECTION = 'remove it, or start with --edition=ce to serve without this protection'

/** An error, or a warning where the edition says that such protection is not wanted. `what` begins the sentence. */
export function refuseProtection(what: string, path: IssuePath, edition: Edition): Issue {
  if (edition === 'ce') {
    return warningIssue('enterprise-protection', path, `${what} protects in KrakenD Enterprise only and is ignored`)
  }
  // security: KrakenD's community edition would serve this place without the protection that the file asks for
  const message = `${what} is a protection of KrakenD Enterprise that is not available here`
  return errorIssue('enterprise-protection', path, message, WITHOUT_PROTECTION)
}

/** What KrakenD Enterprise's extended flexible configuration puts a file in the place of. */
const REFERENCE = '$ref'

/** security: what is not inserted may be a protection. */
export function refuseReference(path: IssuePath, edition: Edition): Issue {
  const what = `"${REFERENCE}" inserts a file with the extended flexible configuration of KrakenD Enterprise`
  if (edition === 'ce') return warningIssue('enterprise-protection', path, `${what} only: nothing stands here`)
  const hint = 'insert it with {{ include "FILE" }} and FC_ENABLE=1, or start with --edition=ce to serve without it'
  return errorIssue('enterprise-protection', path, `${what}, which is not available here`, hint)
}

export function isReference(key: string): boolean {
  return key === REFERENCE
}

type Options = Readonly<Record<string, readonly string[]>>
const PROTECTING_OPTIONS: Options = enterprise.protectingOptions
const OTHER_OPTIONS: Options = enterprise.options

/** Options of the Enterprise edition in a block that the community edition has as well; `path` leads to the block. */
export function checkEnterpriseOptions(namespace: string, block: unknown, path: IssuePath, edition: Edition): Issue[] {
  if (!isObject(block) || FREE.has(namespace)) return []
  return Object.keys(block).flatMap((key) => {
    const at = [...path, key]
    if (isReference(key)) return [refuseReference(at, edition)]
    if (PROTECTING_OPTIONS[namespace]?.includes(key) === true) return [refuseProtection(`"${key}"`, at, edition)]
    if (OTHER_OPTIONS[namespace]?.includes(key) !== true) return []
    return [warningIssue('enterprise-option', at, `"${key}" belongs to KrakenD Enterprise and is ignored`)]
  })
}
