// Tells of blocks that name the request's id in a file whose requests have none.

import type { CheckedPlace } from '../../engine/compile/component.ts'
import { type Issue, warningIssue } from '../../schema/issue.ts'

const PLACEHOLDER = /\{request_id[?:}]/

/** At most one, about the whole block. `place` null: nobody knows the file. */
export function findIdsOfNobody(block: unknown, place: CheckedPlace | null): Issue[] {
  if (place === null || place.config.extraConfig.has('_gw/request-id') || !PLACEHOLDER.test(JSON.stringify(block ?? null))) return []
  return [warningIssue('missing-block', [], 'requests have no {request_id} in this file', 'add "_gw/request-id": {} to the service')]
}
