// What is missing in a rendered text, where KrakenD says nothing: settings that are not there, and files that `include` did not find.

import { positionsOf } from '../../schema/positions.ts'
import { type Issue, warningIssue } from '../../schema/issue.ts'
import type { RenderedText } from './origins.ts'

/** What Go's templates write for a key that a map does not have. */
const NO_VALUE = '<no value>'
/** A list that is not there may stand in a loop: so many places are told. */
const MAX_PLACES = 20

/** `missing` are files that `include` did not find, each with the system's reason. */
export function findGaps(rendered: RenderedText, missing: ReadonlyMap<string, string>): Issue[] {
  const { text } = rendered
  const files = [...missing].map(([name, reason]) =>
    warningIssue(
      'missing-partial',
      [],
      `{{ include "${name}" }} inserts nothing: ${reason}`,
      'FC_PARTIALS names the folder of these files',
    ),
  )
  const values: Issue[] = []
  const positionAt = positionsOf(text)
  for (let at = text.indexOf(NO_VALUE); at >= 0 && values.length < MAX_PLACES; at = text.indexOf(NO_VALUE, at + 1)) {
    const position = positionAt(at)
    const action = rendered.actionAt(at)
    const what = action === null ? 'a setting' : `{{ ${action} }}`
    const message = `${what} has no value: "${NO_VALUE}" stands in its place`
    values.push({ ...warningIssue('missing-setting', [], message, 'FC_SETTINGS names the folder of the settings'), position })
  }
  return [...files, ...values]
}
