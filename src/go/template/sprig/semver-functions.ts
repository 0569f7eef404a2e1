// sprig's two functions on versions.

import { fn, type GoFunction } from '../../function.ts'
import { parseConstraints } from './semver-constraint.ts'
import { parseVersion } from './semver.ts'

export const semverFunctions: Readonly<Record<string, GoFunction>> = {
  semver: fn(['string'], parseVersion),
  semverCompare: fn(['string', 'string'], (constraints, version) => {
    const allows = parseConstraints(constraints)
    return allows(parseVersion(version))
  }),
}
