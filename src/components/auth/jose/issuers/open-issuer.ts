// Makes keys and introspection of a named issuer out of its definition: once for all endpoints. Nothing is fetched before a token needs it.

import { ConfigError, type Port, type Site } from '../../../../engine/compile/component.ts'
import { callFields } from '../../../../engine/ports.ts'
import { parseDurationMs } from '../../../../go/duration.ts'
import { countWorkers } from '../../../../engine/worker-count.ts'
import { type KeyIds, keyIdsOf } from '../keys/key-ids.ts'
import { UrlKeyLoader } from '../keys/key-loader.ts'
import { FixedKeys, type KeySource } from '../keys/key-sources.ts'
import { readKeyFile } from '../keys/key-file.ts'
import { DEFAULT_CACHE_MS, trustOf, waitable } from '../keys/key-supply.ts'
import { parseUsableKeys } from '../keys/jwk.ts'
import { KEY_SET_BYTES } from '../keys/shared-download.ts'
import { digestOf } from '../../../../json/digest-of.ts'
import { SharedSlot } from '../../shared-slot.ts'
import { TrustedClient } from '../keys/trusted-client.ts'
import { type Algorithm, findAlgorithm } from '../token/algorithms.ts'
import { checkDefinitions, checkNames } from './check-issuers.ts'
import { DOCUMENT_TIMEOUT_MS, discoveryUrlOf, IssuerDocuments } from './issuer-documents.ts'
import { hasKeys, type IssuerOptions } from './issuer-options.ts'
import { IssuerKeys, MISS_BYTES } from './issuer-keys.ts'
import { Introspector } from './introspector.ts'

/** An issuer whose tokens endpoints may accept. */
export interface Issuer {
  readonly options: IssuerOptions
  /** Null: signatures are not looked at. */
  readonly keys: { readonly source: KeySource; readonly ids: KeyIds; readonly algorithms: readonly Algorithm[] } | null
  readonly introspector: Introspector | null
}

/** The issuers of the service by name. */
export interface NamedIssuers {
  readonly definitions: Readonly<Record<string, IssuerOptions>>
  /** One that is defined. */
  open(name: string): Issuer
}

export const namedIssuers: Port<NamedIssuers> = { name: 'named issuers' }

const MIN_COOLDOWN_MS = 100

/** Offers what the service defines. Throws a ConfigError where a definition contradicts itself. */
export function nameIssuers(definitions: NamedIssuers['definitions'], site: Site): NamedIssuers {
  const [problem] = checkDefinitions(definitions, { readable: () => true, contentOf: () => null })
  if (problem !== undefined) throw new ConfigError(`_gw/issuers: ${problem.path.join('.')}: ${problem.message}`)
  const opened = new Map<string, Issuer>()
  return {
    definitions,
    open(name) {
      const known = opened.get(name) ?? openIssuer(name, definitions[name] as IssuerOptions, site)
      opened.set(name, known)
      return known
    },
  }
}

/** Those that an endpoint names. Throws a ConfigError where one is not there, or where some token could be of two of them. */
export function openAccepted(names: readonly string[], { ask }: Pick<Site, 'ask'>): Issuer[] {
  const [named] = ask(namedIssuers)
  const [problem] = checkNames(names, named?.definitions ?? {})
  if (named === undefined || problem !== undefined) throw new ConfigError(`_gw/issuers: ${problem?.message ?? 'the service defines none'}`)
  return names.map((name) => named.open(name))
}

function openIssuer(name: string, options: IssuerOptions, site: Site): Issuer {
  try {
    const client = openClient(options, site)
    const label = `[SERVICE: JOSE] issuer ${name}:`
    return {
      options,
      keys: hasKeys(options) ? openKeys(options, client, site, label) : null,
      introspector: options.introspection === undefined ? null : openIntrospector(options.introspection, client, site, label),
    }
  } catch (error) {
    throw new ConfigError(`_gw/issuers: ${name}: ${(error as Error).message}`)
  }
}

/** One for each definition: connections with other rules of trust are not shared. */
function openClient(options: IssuerOptions, site: Site): TrustedClient {
  const trust = trustOf(options, site)
  const key = `issuer client ${digestOf([trust, options.introspection ?? null])}`
  return site.pool.share(
    key,
    () => new TrustedClient({ ...trust, environment: site.environment }),
    (client) => client.close(),
  )
}

function openKeys(options: IssuerOptions, client: TrustedClient, site: Site, label: string): Issuer['keys'] {
  const algorithms = options.alg.map((name) => findAlgorithm(name)).filter((algorithm) => algorithm !== undefined)
  const allowed = new Set(options.alg)
  const parse = (text: string) => parseUsableKeys(text, allowed)
  const ids = keyIdsOf(options.key_identify_strategy)
  if (options.jwk_local_path !== '')
    return { source: new FixedKeys(waitable(readKeyFile(options, site, parse), site), ids.ofKey), ids, algorithms }
  const clock = site.clock.now
  const maxAgeMs = options.cache_duration * 1000 || DEFAULT_CACHE_MS
  const { discovery, issuer, jwk_url: keysUrl, disable_jwk_security: isInsecure } = options
  const discoveryUrl = discovery === true ? discoveryUrlOf(issuer) : discovery || null
  const documents = new IssuerDocuments({ client, issuer, discoveryUrl, keysUrl, isInsecure, clock, maxAgeMs })
  // What is shared among workers, and outlives a reload, belongs to these very options.
  const key = digestOf(options)
  const source = new IssuerKeys({
    loader: new UrlKeyLoader(() => documents.download(), parse),
    idOf: ids.ofKey,
    shared: new SharedSlot(site.shared.buffer(`issuer keys ${key}`, KEY_SET_BYTES)),
    misses: site.shared.buffer(`issuer misses ${key}`, MISS_BYTES),
    clock,
    maxAgeMs,
    cooldownMs: Math.max(MIN_COOLDOWN_MS, parseDurationMs(options.failed_jwk_key_cooldown) ?? 0),
    loadLimitMs: 2 * DOCUMENT_TIMEOUT_MS + 1000,
    onStale: (error) => site.log.warning(`${label} its keys cannot be fetched, those at hand are used on: ${(error as Error).message}`),
  })
  return { source, ids, algorithms }
}

function openIntrospector(
  given: NonNullable<IssuerOptions['introspection']>,
  client: TrustedClient,
  site: Site,
  label: string,
): Introspector {
  return new Introspector({
    client,
    url: given.url,
    clientId: given.client_id,
    clientSecret: given.client_secret,
    tokenTypeHint: given.token_type_hint,
    timeoutMs: parseDurationMs(given.timeout) ?? 0,
    cacheMs: parseDurationMs(given.cache_ttl) ?? 0,
    clock: site.clock.now,
    countWorkers: countWorkers(site),
    callFields: callFields(site),
    log: site.log,
    label,
  })
}
