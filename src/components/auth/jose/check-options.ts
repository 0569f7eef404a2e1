// What `krakend check` says about the options of validator and signer beyond their types. Knows no key: nothing is read or downloaded.

import type { CheckedBlock } from '../../../engine/compile/component.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { errorIssue, warningIssue } from '../../../schema/issue.ts'
import type { Issue } from '../../../schema/issue.ts'
import { findBadPath } from './claim-paths.ts'
import { findAlgorithm } from './token/algorithms.ts'
import { hasKeySource, INSECURE, isInsecure, NO_KEY_SOURCE } from './keys/key-supply.ts'
import type { SignerOptions, ValidatorOptions } from './options.ts'

const CLOSED = 'every request is refused'

export function checkValidator(options: ValidatorOptions, { dialect }: Pick<CheckedBlock, 'dialect'>): Issue[] {
  const issues = checkKeys(options, 'the gateway does not start')
  if (options.cache && options.jwk_local_path !== '') {
    issues.push(errorIssue('invalid-option', ['cache'], 'cannot be used with jwk_local_path: the gateway does not start'))
  }
  const badPath = findBadPath(options, dialect)
  if (badPath !== null) issues.push(errorIssue('invalid-option', [badPath.option], `${badPath.problem}: ${CLOSED}`))
  for (const name of ['leeway', 'failed_jwk_key_cooldown'] as const) {
    const text = options[name]
    if (text !== '' && parseDurationMs(text) === null) {
      issues.push(warningIssue('invalid-duration', [name], `"${text}" is no duration such as "2s", ignored`))
    }
  }
  return issues
}

export function checkSigner(options: SignerOptions): Issue[] {
  return checkKeys(options, CLOSED)
}

function checkKeys(options: ValidatorOptions | SignerOptions, consequence: string): Issue[] {
  const issues: Issue[] = []
  if (!hasKeySource(options)) {
    issues.push(errorIssue('no-keys', ['jwk_url'], `${NO_KEY_SOURCE}: ${CLOSED}`, 'say where the keys are; look for a misspelt name'))
  }
  const hint = options.jwk_url === '' ? '' : 'use https, or set disable_jwk_security where that is acceptable'
  if (hasKeySource(options) && isInsecure(options)) issues.push(errorIssue('insecure-keys', ['jwk_url'], `${INSECURE}: ${CLOSED}`, hint))
  if (findAlgorithm(options.alg) === undefined)
    issues.push(errorIssue('invalid-option', ['alg'], `unknown algorithm "${options.alg}": ${consequence}`))
  return issues
}
