// What `krakend check` says about the options of validator and signer beyond their types. Knows no key: nothing is read or downloaded.

import type { CheckedBlock } from '../../../engine/compile/component.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { certainIssue, errorIssue, warningIssue } from '../../../schema/issue.ts'
import type { Issue } from '../../../schema/issue.ts'
import { suggest, suggestHint } from '../../../schema/suggest.ts'
import { isObject } from '../../../json/types.ts'
import { findBadPath } from './claim-paths.ts'
import { ALGORITHM_NAMES, findAlgorithm } from './token/algorithms.ts'
import { KEY_STRATEGIES } from './keys/key-ids.ts'
import { explainKeyFile } from './keys/key-file.ts'
import { explainFingerprint, hasKeySource, INSECURE, isInsecure, NO_KEY_SOURCE } from './keys/key-supply.ts'
import { findUndecoded, findUndecodedKeys, validatorOptions } from './options.ts'
import type { KeyOptions, SignerOptions, ValidatorOptions } from './options.ts'

const CLOSED = 'every request is refused'
const FINGERPRINT = 'write the SHA-256 of the public key in base64url, with its "="'

/** What tokens are held to, and where their claims go. */
export function checkValidator(options: ValidatorOptions, { dialect, place, ...files }: CheckedBlock): Issue[] {
  // Named issuers have keys of their own.
  const needsKeys = hasKeySource(options) || place?.endpoint?.extraConfig.has('_gw/issuers') !== true
  const issues = needsKeys ? checkKeys(options, 'start', files) : []
  if (options.cache && options.jwk_local_path !== '')
    issues.push(certainIssue('start', 'invalid-option', ['cache'], 'cannot be used with jwk_local_path: the gateway does not start'))
  const badPath = findBadPath(options, dialect)
  if (badPath !== null) issues.push(certainIssue('requests', 'invalid-option', [badPath.option], `${badPath.problem}: ${CLOSED}`))
  issues.push(...tellUndecoded(findUndecoded(options)))
  for (const name of ['leeway', 'failed_jwk_key_cooldown'] as const) {
    const text = options[name]
    if (text !== '' && parseDurationMs(text) === null)
      issues.push(warningIssue('invalid-duration', [name], `"${text}" is no duration such as "2s", ignored`))
  }
  return [...issues, ...checkDemands(options), ...checkPropagation(options, place), ...checkNames(options)]
}

/** Demands that nobody checks: roles and scopes that no claim can fulfil. */
function checkDemands({ scopes, scopes_key, roles, roles_key, roles_key_is_nested }: ValidatorOptions): Issue[] {
  const issues: Issue[] = []
  if (scopes.length > 0 && scopes_key === '')
    issues.push(
      errorIssue(
        'scopes-without-key',
        ['scopes'],
        'without "scopes_key" no scope is checked: every good token passes',
        'write "scopes_key": "scope"',
      ),
    )
  if (scopes.length > 0 && scopes_key.includes('.') && scopes_key.includes('://'))
    issues.push(
      errorIssue(
        'nested-scopes',
        ['scopes_key'],
        `the dots of "${scopes_key}" lead into objects, although it is a URL: no token has the scopes, every request is refused`,
        'let the issuer put the scopes into a claim without dots',
      ),
    )
  if (roles.length > 0 && roles_key.includes('.') && !roles_key_is_nested && !roles_key.includes('/'))
    issues.push(
      warningIssue(
        'nested-roles',
        ['roles_key'],
        `"${roles_key}" is one claim with that name, dots and all`,
        'set "roles_key_is_nested" if dots lead into objects',
      ),
    )
  return issues
}

/** security: a header that the endpoint does not let in reaches no backend, which then trusts what it does not get. */
function checkPropagation({ propagate_claims: pairs }: ValidatorOptions, place: CheckedBlock['place']): Issue[] {
  const endpoint = place?.endpoint ?? null
  const letIn = endpoint === null ? null : endpoint.inputHeaders.map((name) => name.toLowerCase())
  return pairs.flatMap(([, header], index): Issue[] => {
    const path = ['propagate_claims', index]
    if (header === undefined)
      return [errorIssue('invalid-option', path, 'a claim without a header: nothing is propagated', 'write ["claim", "X-Header"]')]
    if (letIn === null || letIn.includes('*') || letIn.includes(header.toLowerCase())) return []
    const message = `the header "${header}" is not in "input_headers" of the endpoint: no backend gets the claim`
    return [errorIssue('claim-not-let-in', path, message, `add "${header}" to "input_headers"`)]
  })
}

/** Names that mean something; others are taken for the default. */
function checkNames({ key_identify_strategy: strategy, scopes_matcher: matcher }: ValidatorOptions): Issue[] {
  const issues: Issue[] = []
  if (strategy !== '' && !KEY_STRATEGIES.some((name) => name === strategy))
    issues.push(
      errorIssue(
        'unknown-value',
        ['key_identify_strategy'],
        `"${strategy}" is none of ${KEY_STRATEGIES.join(', ')}: keys are found by "kid"`,
        suggestHint(strategy, KEY_STRATEGIES),
      ),
    )
  if (!['', 'all', 'any'].includes(matcher))
    issues.push(
      errorIssue(
        'unknown-value',
        ['scopes_matcher'],
        `"${matcher}" is neither "all" nor "any": one scope is enough`,
        suggestHint(matcher, ['all', 'any']),
      ),
    )
  return issues
}

export function checkSigner(options: SignerOptions, files: CheckedBlock): Issue[] {
  const issues = [...checkKeys(options, 'requests', files), ...tellUndecoded(findUndecodedKeys(options))]
  if (options.keys_to_sign.length === 0)
    issues.push(
      errorIssue(
        'nothing-to-sign',
        ['keys_to_sign'],
        'no field of the answer is named: nothing is signed',
        'write "keys_to_sign": ["access_token"]',
      ),
    )
  return issues
}

/** security: what stands at the service protects no endpoint, however much it looks like it. */
export function checkSharedCache(_options: unknown, { raw }: CheckedBlock): Issue[] {
  const own: ReadonlySet<string> = new Set(Object.keys(validatorOptions.properties))
  const found = isObject(raw) ? Object.keys(raw).filter((name) => own.has(name)) : []
  return found.map((name) =>
    errorIssue(
      'validator-at-service',
      [name],
      'at the service "auth/validator" protects nothing: every endpoint is open that has none of its own',
      'move it into the "extra_config" of each endpoint',
    ),
  )
}

type Files = Pick<CheckedBlock, 'readable' | 'contentOf'>

/** What fails without keys: the start of a validator, the requests of a signer. */
const CONSEQUENCE = { start: 'the gateway does not start', requests: CLOSED } as const

function checkKeys(options: ValidatorOptions | SignerOptions, fails: 'start' | 'requests', files: Files): Issue[] {
  if (!hasKeySource(options)) {
    const hint = 'say where the keys are; look for a misspelt name'
    return [certainIssue('requests', 'no-keys', ['jwk_url'], `${NO_KEY_SOURCE}: ${CLOSED}`, hint)]
  }
  const issues: Issue[] = []
  const hint = options.jwk_url === '' ? '' : 'use https, or set disable_jwk_security where that is acceptable'
  // No certain failure for `check -t`: KrakenD's own examples have such endpoints beside others, and its test accepts them.
  if (isInsecure(options)) issues.push(errorIssue('insecure-keys', ['jwk_url'], `${INSECURE}: ${CLOSED}`, hint))
  if (findAlgorithm(options.alg) === undefined) issues.push(unknownAlgorithm(options.alg, fails))
  return [...issues, ...checkTrust(options, fails, files), ...checkKeyFile(options, fails, files)]
}

function tellUndecoded(undecoded: ReturnType<typeof findUndecoded>): Issue[] {
  return undecoded === null ? [] : [certainIssue('requests', 'invalid-option', [undecoded.option], `${undecoded.problem}: ${CLOSED}`)]
}

/** compat: read for keys of a file, too. */
function checkTrust(
  { jwk_fingerprints: fingerprints, jwk_local_ca: authority }: KeyOptions,
  fails: 'start' | 'requests',
  files: Files,
): Issue[] {
  const issues = fingerprints.flatMap((fingerprint, index): Issue[] => {
    const problem = explainFingerprint(fingerprint)
    const path = ['jwk_fingerprints', index]
    return problem === null ? [] : [certainIssue(fails, 'invalid-option', path, `${problem}: ${CONSEQUENCE[fails]}`, FINGERPRINT)]
  })
  if (authority !== '' && !files.readable(authority)) issues.push(unreadable('jwk_local_ca', authority, fails))
  return issues
}

function checkKeyFile(options: KeyOptions, fails: 'start' | 'requests', { readable, contentOf }: Files): Issue[] {
  const { jwk_local_path: path } = options
  if (path === '' || findUndecodedKeys(options) !== null) return []
  if (!readable(path)) return [unreadable('jwk_local_path', path, fails)]
  const file = contentOf(path)
  const problem = file === null ? null : explainKeyFile(options, file)
  if (problem === null) return []
  return [certainIssue(fails, 'invalid-option', ['jwk_local_path'], `the file "${path}" gives no keys: ${problem}: ${CONSEQUENCE[fails]}`)]
}

function unreadable(option: string, path: string, fails: 'start' | 'requests'): Issue {
  return certainIssue(fails, 'unreadable-file', [option], `the file "${path}" cannot be read: ${CONSEQUENCE[fails]}`)
}

function unknownAlgorithm(alg: string, fails: 'start' | 'requests'): Issue {
  const meant = suggest(alg, ALGORITHM_NAMES)
  return certainIssue(
    fails,
    'invalid-option',
    ['alg'],
    `unknown algorithm "${alg}": ${CONSEQUENCE[fails]}`,
    meant === null ? `there are ${ALGORITHM_NAMES.join(', ')}` : `did you mean "${meant}"?`,
  )
}
