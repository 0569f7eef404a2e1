// What `krakend check` says about `_gw/issuers` beyond types: definitions that contradict themselves, names that nobody has. Nothing is fetched.

import type { CheckedBlock } from '../../../../engine/compile/component.ts'
import { protectsHereOnly } from '../../../../engine/compile/portability.ts'
import { parseDurationMs } from '../../../../go/duration.ts'
import { errorIssue, type Issue } from '../../../../schema/issue.ts'
import { suggest, suggestHint } from '../../../../schema/suggest.ts'
import { isSuiteNumber } from '../keys/cipher-suites.ts'
import { explainKeyFile } from '../keys/key-file.ts'
import { explainFingerprint } from '../keys/key-supply.ts'
import { parseUsableKeys } from '../keys/jwk.ts'
import { ALGORITHM_NAMES, findAlgorithm } from '../token/algorithms.ts'
import { discoveryUrlOf } from './issuer-documents.ts'
import { hasKeys, type IssuerOptions } from './issuer-options.ts'

type Path = readonly (string | number)[]
type Files = Pick<CheckedBlock, 'readable' | 'contentOf'>

/** What is wrong with the definitions; paths begin with their names. */
export function checkDefinitions(issuers: Readonly<Record<string, IssuerOptions>>, files: Files): Issue[] {
  return Object.entries(issuers).flatMap(([name, issuer]) =>
    [...checkSources(issuer), ...checkUrls(issuer), ...checkKeys(issuer, files), ...checkIntrospection(issuer)].map((issue) => ({
      ...issue,
      path: [name, ...issue.path],
    })),
  )
}

const wrong = (path: Path, message: string, hint = ''): Issue => errorIssue('invalid-option', path, message, hint)

function checkSources(issuer: IssuerOptions): Issue[] {
  const { discovery, jwk_url: url, jwk_local_path: file, introspection, issuer: iss } = issuer
  const sources = [
    ...(discovery === false ? [] : ['discovery']),
    ...(url === '' ? [] : ['jwk_url']),
    ...(file === '' ? [] : ['jwk_local_path']),
  ]
  if (sources.length > 1) return [wrong([sources[1] as string], `keys come from one place, not from ${sources.join(' and ')}`)]
  if (discovery === '') return [wrong(['discovery'], 'is no URL', 'true: the document of the issuer')]
  if (sources.length === 0 && introspection === undefined)
    return [wrong([], 'nothing says what a good token is', 'add "discovery", "jwk_url", "jwk_local_path" or "introspection"')]
  if (sources.length > 0 && iss === '')
    return [errorIssue('missing-option', ['issuer'], 'must be set: only tokens with this `iss` are checked with these keys')]
  return []
}

/** Addresses of a definition, by the option that they come from. */
function urlsOf({ discovery, issuer, jwk_url: keys, introspection }: IssuerOptions): (readonly [Path, string])[] {
  const urls: (readonly [Path, string])[] = []
  if (discovery === true && issuer !== '') urls.push([['issuer'], discoveryUrlOf(issuer)])
  if (typeof discovery === 'string' && discovery !== '') urls.push([['discovery'], discovery])
  if (keys !== '') urls.push([['jwk_url'], keys])
  if (introspection !== undefined) urls.push([['introspection', 'url'], introspection.url])
  return urls
}

function checkUrls(issuer: IssuerOptions): Issue[] {
  return urlsOf(issuer).flatMap(([path, text]) => {
    const protocol = URL.canParse(text) ? new URL(text).protocol : ''
    if (protocol !== 'https:' && protocol !== 'http:') return [wrong(path, `"${text}" is no URL of http or https`)]
    if (protocol === 'https:' || issuer.disable_jwk_security) return []
    const hint = 'use https, or set "disable_jwk_security" where that is acceptable'
    return [errorIssue('insecure-keys', path, `"${text}" is not https: whoever stands in between says whose tokens are good`, hint)]
  })
}

function checkKeys(issuer: IssuerOptions, { readable, contentOf }: Files): Issue[] {
  const { alg, jwk_local_path: file, jwk_local_ca: authority, jwk_fingerprints: fingerprints } = issuer
  const issues: Issue[] = []
  if (hasKeys(issuer) && alg.length === 0) issues.push(wrong(['alg'], 'no algorithm is allowed: no token is good'))
  for (const [index, name] of alg.entries())
    if (findAlgorithm(name) === undefined)
      issues.push(
        wrong(
          ['alg', index],
          `unknown algorithm "${name}"`,
          suggestHint(name, ALGORITHM_NAMES) || `there are ${ALGORITHM_NAMES.join(', ')}`,
        ),
      )
  for (const [option, path] of [
    ['jwk_local_path', file],
    ['jwk_local_ca', authority],
  ] as const)
    if (path !== '' && !readable(path)) issues.push(errorIssue('unreadable-file', [option], `the file "${path}" cannot be read`))
  const bytes = file === '' ? null : contentOf(file)
  const problem = bytes === null ? null : explainKeyFile(issuer, bytes, (text) => parseUsableKeys(text, new Set(alg)))
  if (problem !== null) issues.push(wrong(['jwk_local_path'], `the file "${file}" gives no keys: ${problem}`))
  for (const [index, fingerprint] of fingerprints.entries())
    if (explainFingerprint(fingerprint) !== null) issues.push(wrong(['jwk_fingerprints', index], 'is no padded base64url'))
  for (const [index, suite] of issuer.cipher_suites.entries())
    if (!isSuiteNumber(suite)) issues.push(wrong(['cipher_suites', index], 'is no IANA number'))
  return issues
}

function checkIntrospection({ introspection }: IssuerOptions): Issue[] {
  if (introspection === undefined) return []
  const issues: Issue[] = []
  if ((parseDurationMs(introspection.timeout) ?? 0) < 1) issues.push(wrong(['introspection', 'timeout'], 'must be a millisecond at least'))
  if (introspection.client_id === '' && introspection.client_secret !== '')
    issues.push(wrong(['introspection', 'client_secret'], 'proves nothing without "client_id"'))
  return issues
}

/** What is wrong with the names of an endpoint. `known` is null where the definitions themselves cannot be read. */
export function checkNames(names: readonly string[], known: Readonly<Record<string, IssuerOptions>> | null): Issue[] {
  if (names.length === 0) return [wrong([], 'names nobody: no token is good', 'name issuers of the service, or remove the block')]
  const issues: Issue[] = []
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) < index) issues.push(wrong([index], `"${name}" is named twice`))
    else if (known !== null && !Object.hasOwn(known, name)) issues.push(unknownName(index, name, Object.keys(known)))
  }
  return issues.length > 0 || known === null ? issues : checkTogether(names, known)
}

function unknownName(index: number, name: string, names: readonly string[]): Issue {
  const there = names.length === 0 ? 'add "_gw/issuers" to the "extra_config" of the service' : `there are ${names.join(', ')}`
  const near = suggest(name, names)
  return errorIssue('unknown-value', [index], `no issuer is called "${name}"`, near === null ? there : `did you mean "${near}"?`)
}

/** Of some tokens it could not be said whose they are. */
function checkTogether(names: readonly string[], known: Readonly<Record<string, IssuerOptions>>): Issue[] {
  const issues: Issue[] = []
  const byIssuer = new Map<string, string>()
  let opaque: string | null = null
  for (const [index, name] of names.entries()) {
    const { issuer, introspection } = known[name] as IssuerOptions
    const other = byIssuer.get(issuer)
    if (issuer !== '' && other !== undefined)
      issues.push(wrong([index], `"${name}" has the same "issuer" as "${other}": one endpoint takes one of them`))
    byIssuer.set(issuer, name)
    if (introspection === undefined) continue
    if (opaque !== null)
      issues.push(wrong([index], `"${opaque}" and "${name}" both have "introspection": which one is to be asked about an opaque token?`))
    opaque = name
  }
  return issues
}

/** security: KrakenD knows the endpoint's own validator alone. */
export function warnOfOthers({ place }: Pick<CheckedBlock, 'place'>): Issue[] {
  if (place?.endpoint?.extraConfig.has('auth/validator') !== false) return []
  return [
    protectsHereOnly('"_gw/issuers" stands without "auth/validator"', 'keep an "auth/validator" beside it: KrakenD then stays closed'),
  ]
}
