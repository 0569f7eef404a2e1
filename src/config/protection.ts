// What becomes of a protection that a file asks for and that is not there.

import { type Issue, type IssuePath, errorIssue, warningIssue } from '../schema/issue.ts'

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
