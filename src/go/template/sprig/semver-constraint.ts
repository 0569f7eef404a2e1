// Constraints on versions: `^1.2 || ~2.3, >=2.3.4`, `1.x`, `1.2 - 3.4`.

import { GoError } from '../../function.ts'
import { comparePrereleases, parseVersion, type Version } from './semver.ts'

const OPERATOR = String.raw`=||!=|>|<|>=|=>|<=|=<|~|~>|\^`
const VERSION = String.raw`v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?`
const ONE = new RegExp(String.raw`^\s*(${OPERATOR})\s*(${VERSION})\s*$`)
const RANGE = new RegExp(String.raw`\s*(${VERSION})\s+-\s+(${VERSION})\s*`, 'g')

/** security: longer constraints are not read, as these expressions try again from many places. */
const MAX_LENGTH = 1024

interface Constraint {
  readonly version: Version
  readonly operator: string
  /** `1.x`, `1`: the part does not count. */
  readonly isMinorOpen: boolean
  readonly isPatchOpen: boolean
  readonly isOpen: boolean
}

type Test = (version: Version, constraint: Constraint) => boolean

/** Whether a version is allowed. Throws a GoError: `improper constraint: …`. */
export function parseConstraints(text: string): (version: Version) => boolean {
  if (text.length > MAX_LENGTH) throw new GoError(`improper constraint: longer than ${MAX_LENGTH} bytes`)
  const alternatives = rewriteRanges(text)
    .split('||')
    .map((alternative) => {
      const constraints = splitConstraints(alternative).map(parseConstraint)
      return { constraints, hasPrerelease: constraints.some(({ version }) => version.prerelease !== '') }
    })
  return (version) =>
    alternatives.some(({ constraints, hasPrerelease }) => {
      if (version.prerelease !== '' && !hasPrerelease) return false
      return constraints.every((constraint) => TESTS[constraint.operator]?.(version, constraint) ?? false)
    })
}

/** `1.2 - 3.4` is `>= 1.2, <= 3.4`. */
function rewriteRanges(text: string): string {
  return text.replaceAll(RANGE, (_all, ...groups: string[]) => `>= ${groups[0]}, <= ${groups[10]} `)
}

/** Constraints stand behind blanks or commas; an operator may stand apart from its version. */
function splitConstraints(text: string): string[] {
  const improper = new GoError(`improper constraint: ${text}`)
  const words = text.trim().split(/\s*,\s*|\s+/)
  const constraints: string[] = []
  let operator = ''
  for (const word of words) {
    if (operator !== '' && /^[=!<>~^]/.test(word)) throw improper
    if (/^(?:[=!<>~^]+)$/.test(word)) operator = word
    else {
      constraints.push(operator + word)
      operator = ''
    }
  }
  if (operator !== '' || constraints.some((constraint) => !ONE.test(constraint))) throw improper
  return constraints
}

function parseConstraint(text: string): Constraint {
  const [, operator = '', , major = '', minor = '', patch = '', prerelease = ''] = ONE.exec(text) ?? []
  const isAny = (part: string): boolean => part === '' || /^\.?[xX*]$/.test(part)
  const isMinorOpen = !isAny(major) && isAny(minor)
  const isPatchOpen = !isAny(major) && !isAny(minor) && isAny(patch)
  let numbers = `${major}${minor}${patch}`
  if (isAny(major)) numbers = '0.0.0'
  else if (isMinorOpen) numbers = `${major}.0.0`
  else if (isPatchOpen) numbers = `${major}${minor}.0`
  try {
    const version = parseVersion(numbers + prerelease)
    return { version, operator, isMinorOpen, isPatchOpen, isOpen: isAny(major) || isMinorOpen || isPatchOpen }
  } catch (error) {
    if (error instanceof GoError) throw new GoError('constraint Parser Error')
    throw error
  }
}

const tilde: Test = (version, { version: wanted, isMinorOpen, isPatchOpen }) => {
  if (version.compare(wanted) < 0) return false
  const isZero = wanted.major === 0n && wanted.minor === 0n && wanted.patch === 0n
  if (isZero && !isMinorOpen && !isPatchOpen) return true
  return version.major === wanted.major && (version.minor === wanted.minor || isMinorOpen)
}

const equal: Test = (version, constraint) => (constraint.isOpen ? tilde(version, constraint) : version.compare(constraint.version) === 0)

const notEqual: Test = (version, { version: wanted, isOpen, isMinorOpen, isPatchOpen }) => {
  if (isOpen) {
    if (wanted.major !== version.major) return true
    if (isMinorOpen) return false
    if (wanted.minor !== version.minor) return true
    if (isPatchOpen) return comparePrereleases(version.prerelease, wanted.prerelease) !== 0
    if (wanted.patch !== version.patch) return true
  }
  return version.compare(wanted) !== 0
}

const greater: Test = (version, { version: wanted, isOpen, isMinorOpen, isPatchOpen }) => {
  if (!isOpen) return version.compare(wanted) > 0
  if (version.major !== wanted.major) return version.major > wanted.major
  if (isMinorOpen) return false
  return isPatchOpen ? version.minor > wanted.minor : version.compare(wanted) > 0
}

const lessOrEqual: Test = (version, { version: wanted, isOpen, isMinorOpen }) => {
  if (!isOpen) return version.compare(wanted) <= 0
  if (version.major > wanted.major) return false
  return !(version.major === wanted.major && version.minor > wanted.minor && !isMinorOpen)
}

const caret: Test = (version, { version: wanted, isMinorOpen, isPatchOpen }) => {
  if (version.compare(wanted) < 0) return false
  if (wanted.major > 0n || isMinorOpen) return version.major === wanted.major
  if (version.major > 0n) return false
  if (wanted.minor > 0n || isPatchOpen) return version.minor === wanted.minor
  return version.minor === 0n && version.patch === wanted.patch
}

const less: Test = (version, { version: wanted }) => version.compare(wanted) < 0
const greaterOrEqual: Test = (version, { version: wanted }) => version.compare(wanted) >= 0

const TESTS: Readonly<Record<string, Test>> = {
  '': equal,
  '=': equal,
  '!=': notEqual,
  '>': greater,
  '<': less,
  '>=': greaterOrEqual,
  '=>': greaterOrEqual,
  '<=': lessOrEqual,
  '=<': lessOrEqual,
  '~': tilde,
  '~>': tilde,
  '^': caret,
}
