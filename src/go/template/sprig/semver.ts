// Semantic versions as the Masterminds library reads and orders them.

import { fn, GoError, type GoFunction } from '../../function.ts'
import { MAX_UINT64 } from '../../number.ts'
import { GoInt, GoObject, type GoValue, int } from '../../value.ts'

const VERSION =
  /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/
const TYPE = '*semver.Version'

interface VersionParts {
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  readonly prerelease: string
  readonly metadata: string
  readonly original: string
}

export class Version extends GoObject implements VersionParts {
  readonly type: string
  readonly kind: 'struct' | 'ptr'
  readonly fields: ReadonlyMap<string, GoValue> = new Map()
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  readonly prerelease: string
  readonly metadata: string
  readonly original: string

  constructor(parts: VersionParts, type: string = TYPE) {
    super()
    this.type = type
    this.kind = type === TYPE ? 'ptr' : 'struct'
    this.major = parts.major
    this.minor = parts.minor
    this.patch = parts.patch
    this.prerelease = parts.prerelease
    this.metadata = parts.metadata
    this.original = parts.original
  }

  override text(): string {
    const { major, minor, patch, prerelease, metadata } = this
    return `${major}.${minor}.${patch}${prerelease === '' ? '' : `-${prerelease}`}${metadata === '' ? '' : `+${metadata}`}`
  }

  override json(): string {
    return JSON.stringify(this.text())
  }

  override method(name: string): GoFunction | undefined {
    return Object.hasOwn(METHODS, name) ? METHODS[name]?.(this) : undefined
  }

  /** Build metadata does not count. */
  compare(other: Version): number {
    for (const part of ['major', 'minor', 'patch'] as const) {
      if (this[part] !== other[part]) return this[part] < other[part] ? -1 : 1
    }
    return comparePrereleases(this.prerelease, other.prerelease)
  }

  /** The version with other parts; its original text keeps the `v`. */
  next(parts: Partial<VersionParts>): Version {
    const version = new Version({ ...this.#parts(), prerelease: '', metadata: '', ...parts }, 'semver.Version')
    const prefix = this.original.startsWith('v') ? 'v' : ''
    return new Version({ ...version.#parts(), original: prefix + version.text() }, 'semver.Version')
  }

  #parts(): VersionParts {
    const { major, minor, patch, prerelease, metadata, original } = this
    return { major, minor, patch, prerelease, metadata, original }
  }
}

/** A version without a prerelease is newer than one with. */
export function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0
  if (a === '') return 1
  if (b === '') return -1
  const [left, right] = [a.split('.'), b.split('.')]
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = comparePart(left[index] ?? '', right[index] ?? '')
    if (order !== 0) return order
  }
  return 0
}

/** Numbers come before texts. */
function comparePart(a: string, b: string): number {
  if (a === b) return 0
  if (a === '') return -1
  if (b === '') return 1
  const [isNumberA, isNumberB] = [/^[0-9]+$/.test(a), /^[0-9]+$/.test(b)]
  if (isNumberA && isNumberB) return BigInt(a) > BigInt(b) ? 1 : -1
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1
  return a > b ? 1 : -1
}

/** Throws a GoError in the library's words. */
export function parseVersion(text: string): Version {
  const match = VERSION.exec(text)
  if (match === null) throw new GoError('Invalid Semantic Version')
  const [, major = '', minor = '0', patch = '0', prerelease = '', metadata = ''] = match
  const parts = { major: segment(major), minor: segment(minor), patch: segment(patch) }
  if (prerelease.split('.').some((part) => /^0[0-9]+$/.test(part))) throw new GoError('Version segment starts with 0')
  return new Version({ ...parts, prerelease, metadata, original: text })
}

function segment(digits: string): bigint {
  const value = BigInt(digits)
  if (value > MAX_UINT64) throw new GoError(`Error parsing version segment: strconv.ParseUint: parsing "${digits}": value out of range`)
  return value
}

type Method = (version: Version) => GoFunction

const part =
  (name: 'major' | 'minor' | 'patch'): Method =>
  (version) =>
    fn([], () => new GoInt('uint64', version[name]))
const text =
  (read: (version: Version) => string): Method =>
  (version) =>
    fn([], () => read(version))
const compared =
  (test: (order: number) => boolean): Method =>
  (version) => {
    return fn(['object'], (other) => test(version.compare(other as Version)), TYPE)
  }

const METHODS: Readonly<Record<string, Method>> = {
  Major: part('major'),
  Minor: part('minor'),
  Patch: part('patch'),
  Prerelease: text(({ prerelease }) => prerelease),
  Metadata: text(({ metadata }) => metadata),
  Original: text(({ original }) => original),
  String: text((version) => version.text()),
  Compare: (version) => fn(['object'], (other) => int(version.compare(other as Version)), TYPE),
  LessThan: compared((order) => order < 0),
  LessThanEqual: compared((order) => order <= 0),
  GreaterThan: compared((order) => order > 0),
  GreaterThanEqual: compared((order) => order >= 0),
  Equal: compared((order) => order === 0),
  IncMajor: (version) => fn([], () => version.next({ major: version.major + 1n, minor: 0n, patch: 0n })),
  IncMinor: (version) => fn([], () => version.next({ minor: version.minor + 1n, patch: 0n })),
  IncPatch: (version) => fn([], () => version.next(version.prerelease === '' ? { patch: version.patch + 1n } : {})),
}
