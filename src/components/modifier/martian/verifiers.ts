// Verifiers: they record for a Martian proxy, which is not there. One has no effect, the others fail as in KrakenD.

import { warningIssue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { modifierError, type Direction, modifierType, type ModifierType, type Generation } from './modifier.ts'
import { SCOPE, text } from './options.ts'

const UNUSABLE = modifierError('a verifier works in a Martian proxy alone')

function fail(): never {
  throw UNUSABLE
}

function unusable(direction: Direction, since: Generation = 'first'): ModifierType {
  return modifierType({
    options: Type.Object({ scope: SCOPE }, { additionalProperties: true }),
    directions: [direction],
    since,
    compile(_options, { at, issues }) {
      issues.push(warningIssue('unusable-modifier', at, 'works in a Martian proxy alone: every request fails with it', 'leave it out'))
      return { [direction]: fail }
    },
  })
}

export const verifiers: Readonly<Record<string, ModifierType>> = {
  'header.Verifier': modifierType({
    options: Type.Object({ scope: SCOPE, name: text(), value: text() }),
    compile: () => ({}),
  }),
  'url.Verifier': unusable('request'),
  'querystring.Verifier': unusable('request', 'all'),
  'status.Verifier': unusable('response'),
}
