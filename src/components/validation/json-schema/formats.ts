// The formats that KrakenD asserts, in drafts before 2019-09, as its library (santhosh-tekuri/jsonschema) reads them; all others are ignored.

import { quoteRune } from '../../../go/quote.ts'
import { explainRegexp } from '../../../go/regexp.ts'
import { byteLength, runeOf } from '../../../go/text.ts'
import {
  explainEmail,
  explainHostname,
  explainIpv4,
  explainIpv6,
  explainUri,
  explainUriReference,
  explainUriTemplate,
} from './addresses.ts'
import { explainDate, explainDateTime, explainDuration, explainPeriod, explainTime } from './times.ts'

/** Why a text has not the format, in the library's words; null when it has. */
type Explain = (text: string) => string | null

/** security: compiling a pattern takes some microseconds a character, and this one comes with a request. */
const MAX_PATTERN_LENGTH = 10_000
const UUID_LENGTHS = [8, 4, 4, 4, 12]
const VERSION_PARTS = ['major', 'minor', 'patch']

/** By name. Every one takes time linear in the length of its text. */
export const formats: ReadonlyMap<string, Explain> = new Map<string, Explain>([
  ['date', explainDate],
  ['time', explainTime],
  ['date-time', explainDateTime],
  ['duration', explainDuration],
  ['period', explainPeriod],
  ['email', explainEmail],
  ['hostname', explainHostname],
  ['ipv4', explainIpv4],
  ['ipv6', explainIpv6],
  ['json-pointer', explainPointer],
  ['relative-json-pointer', explainRelativePointer],
  ['uuid', explainUuid],
  ['semver', explainVersion],
  ['regex', explainPattern],
  ['uri', explainUri],
  ['uri-reference', explainUriReference],
  ['iri', explainUri],
  ['iri-reference', explainUriReference],
  ['uri-template', explainUriTemplate],
])

function explainPointer(text: string): string | null {
  if (text === '') return null
  if (!text.startsWith('/')) return 'not starting with /'
  return /~(?![01])/.test(text) ? '~ must be followed by 0 or 1' : null
}

function explainRelativePointer(text: string): string | null {
  const [digits = ''] = /^\d*/.exec(text) ?? []
  if (digits === '') return 'must start with non-negative integer'
  if (digits.length > 1 && digits.startsWith('0')) return 'starts with zero'
  const rest = text.slice(digits.length)
  return rest === '#' ? null : explainPointer(rest)
}

function explainUuid(text: string): string | null {
  const groups = text.split('-', UUID_LENGTHS.length + 1)
  if (groups.length !== UUID_LENGTHS.length) return `must have ${UUID_LENGTHS.length} elements`
  for (const [index, group] of groups.entries()) {
    const length = UUID_LENGTHS[index] as number
    if (byteLength(group) !== length) return `element ${index + 1} must be ${length} characters long`
    const [wrong] = /[^\da-f]/iu.exec(group) ?? []
    if (wrong !== undefined) return `non-hex character ${quoteRune(runeOf(wrong))}`
  }
  return null
}

/** compat: what is behind the first plus sign, and then the first hyphen, is looked at before the numbers. */
function explainVersion(text: string): string | null {
  const plus = text.indexOf('+')
  const release = plus < 0 ? text : text.slice(0, plus)
  const hyphen = release.indexOf('-')
  return (
    (plus < 0 ? null : explainBuild(text.slice(plus + 1))) ??
    (hyphen < 0 ? null : explainPreRelease(release.slice(hyphen + 1))) ??
    explainCore(hyphen < 0 ? release : release.slice(0, hyphen))
  )
}

function explainBuild(text: string): string | null {
  return text === '' ? 'build is empty' : explainIdentifiers(text, 'build')
}

function explainPreRelease(text: string): string | null {
  return explainIdentifiers(text, 'pre-release', (one) => (/^0\d+$/.test(one) ? 'pre-release numeric identifier starts with zero' : null))
}

function explainIdentifiers(text: string, what: string, explainMore: Explain = () => null): string | null {
  for (const one of text.split('.')) {
    if (one === '') return `${what} identifier is empty`
    const [wrong] = /[^\dA-Za-z-]/u.exec(one) ?? []
    if (wrong !== undefined) return `invalid character ${quoteRune(runeOf(wrong))} in ${what} identifier`
    const problem = explainMore(one)
    if (problem !== null) return problem
  }
  return null
}

function explainCore(text: string): string | null {
  const parts = text.split('.', VERSION_PARTS.length + 1)
  if (parts.length !== VERSION_PARTS.length) return 'versionCore must have 3 numbers separated by dot'
  for (const [index, part] of parts.entries()) {
    const name = VERSION_PARTS[index] as string
    if (part === '') return `${name} is empty`
    if (part.length > 1 && part.startsWith('0')) return `${name} starts with zero`
    if (/\D/.test(part)) return `${name} contains non-digit`
  }
  return null
}

function explainPattern(text: string): string | null {
  return text.length > MAX_PATTERN_LENGTH ? `more than ${MAX_PATTERN_LENGTH} characters long` : explainRegexp(text)
}
