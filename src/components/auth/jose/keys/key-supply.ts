// Makes a source of keys out of options: file, keeper, URL, caches. Knows nothing of tokens.

import type { Port, Site } from '../../../../engine/compile/component.ts'
import { parseDurationMs } from '../../../../go/duration.ts'
import { decodePaddedBase64url } from '../base64url.ts'
import { KeyServerClient } from './download.ts'
import type { Jwk } from './jwk.ts'
import { KEY_STRATEGIES } from './key-ids.ts'
import { type Awaitable, readKeyFile } from './key-file.ts'
import { UrlKeyLoader } from './key-loader.ts'
import { CachedKeys, FixedKeys, UncachedKeys } from './key-sources.ts'
import type { IdOf, KeySource } from './key-sources.ts'
import { type Clock, KEY_SET_BYTES } from './shared-download.ts'
import type { KeyOptions, ValidatorOptions } from '../options.ts'
import type { TrustInit } from './trusted-client.ts'
import { FAILED_KEYS_BYTES, FailedKeys } from './failed-keys.ts'
import { digestOf } from '../../../../json/digest-of.ts'
import { SharedSlot } from '../../shared-slot.ts'
import { describeFileError } from '../../../../go/file-error.ts'
import { quote } from '../../../../go/quote.ts'

/** Milliseconds for which all endpoints share the keys of one URL; offered by the service-level block. */
export const sharedCacheMs: Port<number> = { name: 'shared JWK cache' }

export const DEFAULT_CACHE_MS = 900_000
const DOWNLOAD_TIMEOUT_MS = 10_000

/** Go's message, because scripts look for it. */
export const INSECURE = 'JWK client is using an insecure connection to the JWK service'

/** Whether keys would come from somewhere that proves nothing. compat: a file counts as such a place. */
export function isInsecure(options: KeyOptions): boolean {
  return !options.jwk_url.startsWith('https://') && !options.disable_jwk_security
}

export const NO_KEY_SOURCE = 'neither jwk_url nor jwk_local_path'

/** Whether it says where keys are at all. */
export function hasKeySource(options: KeyOptions): boolean {
  return options.jwk_url !== '' || options.jwk_local_path !== ''
}

/** The keys of a validator. Throws when the start must stop; the message says why. */
export function supplyKeys(options: ValidatorOptions, site: Site, idOf: IdOf, clock: Clock): KeySource {
  if (options.cache && options.jwk_local_path !== '') throw new Error('cache could not be used with jwk_local_path')
  const client = describeClient(options, site)
  if (options.jwk_local_path !== '') return new FixedKeys(waitable(readKeyFile(options, site), site), idOf)
  const loader = shareLoader(client, site)
  const failed = supplyFailedKeys(options, site, client.name)
  if (!options.cache) return new UncachedKeys(loader, idOf, failed, clock)
  const [sharedMs] = site.ask(sharedCacheMs)
  const ownMs = options.cache_duration * 1000 || DEFAULT_CACHE_MS
  // compat: an unknown strategy has no shared cache.
  const isShared = sharedMs !== undefined && ['', ...KEY_STRATEGIES].includes(options.key_identify_strategy)
  const memory = site.shared.buffer(`jwk${isShared ? '' : ` ${site.id}`} ${client.name}`, KEY_SET_BYTES)
  const keys = new CachedKeys({
    loader,
    idOf,
    shared: new SharedSlot(memory),
    failed,
    clock,
    maxAgeMs: isShared ? Math.max(sharedMs, ownMs) : ownMs,
    loadLimitMs: DOWNLOAD_TIMEOUT_MS + 1000,
  })
  if (isFirstOfUrl(options.jwk_url, site)) fetchAhead(keys, site)
  return keys
}

/** All keys of a signer, once. Rejects, or throws, when they cannot be had. */
export function loadKeys(options: KeyOptions, site: Site): readonly Jwk[] | Promise<readonly Jwk[]> {
  const client = describeClient(options, site)
  if (options.jwk_local_path !== '') return readKeyFile(options, site)
  const loader = shareLoader(client, site)
  return loader.load().then(({ keys }) => keys)
}

interface DescribedClient {
  /** The same for the same URL and the same rules: what may be shared. */
  readonly name: string
  create(): KeyServerClient
}

/** By which rules the key server is trusted. Throws when they cannot be read. */
export function trustOf(options: KeyOptions, site: Site): Omit<TrustInit, 'environment'> {
  return {
    userAgent: `KrakenD ${site.version}`,
    isInsecure: options.disable_jwk_security,
    fingerprints: options.jwk_fingerprints.map(decodeFingerprint),
    localCa: options.jwk_local_ca === '' ? '' : readAuthority(options.jwk_local_ca, site),
    cipherSuites: options.cipher_suites,
  }
}

function describeClient(options: KeyOptions, site: Site): DescribedClient {
  const init = { url: options.jwk_url, ...trustOf(options, site), timeoutMs: DOWNLOAD_TIMEOUT_MS }
  const name = digestOf(init)
  return { name, create: () => new KeyServerClient({ ...init, environment: site.environment }) }
}

/** Why a pin is none, in Go's words; null when it is one. */
export function explainFingerprint(fingerprint: string): string | null {
  try {
    decodePaddedBase64url(fingerprint)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

function decodeFingerprint(fingerprint: string, index: number): Buffer {
  const problem = explainFingerprint(fingerprint)
  if (problem !== null) throw new Error(`decoding fingerprint #${index}: ${problem}`)
  return decodePaddedBase64url(fingerprint)
}

function readAuthority(path: string, site: Site): string {
  try {
    return site.read(path).toString()
  } catch (error) {
    throw new Error(`failed to append ${quote(path)} to RootCAs: ${describeFileError(error, path)}`, { cause: error })
  }
}

/** Holds the start back for it. */
export function waitable<T>(value: Awaitable<T>, site: Site): Awaitable<T> {
  if (value instanceof Promise) site.waitFor(value.then(ignore))
  return value
}

function ignore(): void {}

/** One client and one download at a time for all endpoints with the same URL and rules. */
function shareLoader(client: DescribedClient, site: Site): UrlKeyLoader {
  const create = (): { loader: UrlKeyLoader; close(): void } => {
    const server = client.create()
    return { loader: new UrlKeyLoader(() => server.download()), close: () => server.close() }
  }
  return site.pool.share(`jwk ${client.name}`, create, (value) => value.close()).loader
}

function supplyFailedKeys(options: ValidatorOptions, site: Site, name: string): FailedKeys | null {
  const cooldownMs = parseDurationMs(options.failed_jwk_key_cooldown) ?? 0
  if (cooldownMs < 1000) return null
  return new FailedKeys(site.shared.buffer(`failed jwk ${site.id} ${name}`, FAILED_KEYS_BYTES), cooldownMs)
}

/** compat: of several endpoints with one URL only the first fetches the keys before they are needed. */
function isFirstOfUrl(url: string, site: Site): boolean {
  const urls = site.once('auth/validator warmed URLs', () => new Set<string>())
  if (urls.has(url)) return false
  urls.add(url)
  return true
}

function fetchAhead(keys: CachedKeys, site: Site): void {
  keys.fetchAhead().catch((error: unknown) => {
    site.log.warning(`${site.label}[JWTValidator] The keys could not be fetched in advance: ${(error as Error).message}`)
  })
}
