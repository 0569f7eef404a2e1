// `npm run licences`: which licences the packages of the lockfile have, and whether all of them may be here; ends with 1 when one may not.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './tools.ts'

interface Locked {
  readonly license?: string
  readonly dev?: boolean
  readonly link?: boolean
}

const SHIPPED = ['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC']
/** What only developers install may give everything away as well. */
const DEVELOPED_WITH = [...SHIPPED, '0BSD', 'Unlicense', 'CC0-1.0', 'BlueOak-1.0.0']

const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> }
const names = new Map<string, string[]>()
let wrong = 0
for (const [path, { license = 'none', dev = false, link = false }] of Object.entries(packages)) {
  // Without `node_modules` it is a folder of this project.
  if (!path.includes('node_modules/') || link) continue
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const line = `${license}, ${dev ? 'development' : 'shipped'}`
  names.set(line, [...(names.get(line) ?? []), name])
  if (isAllowed(license, dev ? DEVELOPED_WITH : SHIPPED)) continue
  wrong++
  console.error(`${name}: the licence ${license} may not be ${dev ? 'developed with' : 'shipped'}`)
}
for (const [line, list] of [...names].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${line} (${new Set(list).size}): ${[...new Set(list)].toSorted((a, b) => (a < b ? -1 : 1)).join(', ')}`)
if (wrong > 0) process.exitCode = 1

/** Of an SPDX expression: all that AND joins, one of what OR joins. */
function isAllowed(expression: string, allowed: readonly string[]): boolean {
  const bare = expression.replaceAll(/[()]/g, '')
  if (bare.includes(' OR ')) return bare.split(' OR ').some((part) => isAllowed(part, allowed))
  return bare.split(' AND ').every((part) => allowed.includes(part.trim()))
}
