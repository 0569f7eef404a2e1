// The keys of a file, which may be encrypted. Knows nothing of downloads.

import type { Site } from '../../../../engine/compile/component.ts'
import { describeFileError } from '../../../../go/file-error.ts'
import { decodeBase64 } from '../base64url.ts'
import type { KeyOptions } from '../options.ts'
import { type Jwk, parseJwkSet } from './jwk.ts'
import { decryptKeyFile, isKeptElsewhere, openKeeper } from './secret-keeper.ts'

export type Awaitable<T> = T | Promise<T>
type ParseSet = (text: string) => readonly Jwk[]

/** The keys of `jwk_local_path`, decrypted where that is said. Throws, or rejects, when they cannot be had. */
export function readKeyFile(options: KeyOptions, site: Site, parse: ParseSet = parseJwkSet): Awaitable<readonly Jwk[]> {
  let file: Buffer
  try {
    file = site.read(options.jwk_local_path)
  } catch (error) {
    throw new Error(describeFileError(error, options.jwk_local_path), { cause: error })
  }
  return openKeyFile(options, file, site.environment, parse)
}

/** Why a file with these bytes gives no keys; null where it does, and where only another machine could say. */
export function explainKeyFile(options: KeyOptions, file: Buffer, parse: ParseSet = parseJwkSet): string | null {
  if (isKeptElsewhere(options.secret_url)) return null
  try {
    void openKeyFile(options, file, {}, parse)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

function openKeyFile(
  { secret_url: secretUrl, cypher_key: cypherKey }: KeyOptions,
  file: Buffer,
  environment: Site['environment'],
  parse: ParseSet,
): Awaitable<readonly Jwk[]> {
  if (secretUrl === '') return parse(file.toString())
  const encrypted = decodeBase64(cypherKey)
  if (encrypted === null) throw new Error('cypher_key is not base64')
  const dataKey = openKeeper(secretUrl, environment)(encrypted)
  const open = (key: Buffer): readonly Jwk[] => parse(decryptKeyFile(file, key).toString())
  return dataKey instanceof Promise ? dataKey.then(open) : open(dataKey)
}
