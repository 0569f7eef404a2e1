// Asks an authorization server what a token is (RFC 7662), once for all who come with it, and remembers the answers. Knows nothing of requests.

import { createHash } from 'node:crypto'
import type { Logger } from '../../../../engine/compile/component.ts'
import { AUTH_UNAVAILABLE } from '../../../../engine/errors.ts'
import { callFieldsOf } from '../../../../engine/ports.ts'
import type { Scope, Slot } from '../../../../engine/scope.ts'
import { timerMs } from '../../../../engine/timer-ms.ts'
import { escapeQueryComponent } from '../../../../go/url.ts'
import type { Clock } from '../keys/shared-download.ts'
import { parseUrl, readAnswer, type TrustedClient } from '../keys/trusted-client.ts'
import { freezeDeeply, type JsonRecord, memberOf, parseStrictObject } from '../token/strict-json.ts'
import { type CacheLimits, TokenCache } from '../token/token-cache.ts'

/** What the server says. */
export interface Word {
  /** Frozen: requests share it. Null for a token that is not active. */
  readonly claims: JsonRecord | null
}

export interface IntrospectorInit {
  readonly client: Pick<TrustedClient, 'request'>
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  /** Empty: none is sent. */
  readonly tokenTypeHint: string
  readonly timeoutMs: number
  /** How long an answer counts, at most; 0 for not at all. */
  readonly cacheMs: number
  readonly clock: Clock
  readonly countWorkers: () => number
  /** Fields that every call has. */
  readonly callFields: ReadonlyMap<string, Slot<string>>
  readonly log: Pick<Logger, 'info' | 'warning'>
  /** How lines of the log begin. */
  readonly label: string
}

interface Remembered {
  readonly word: Word
  readonly fromMs: number
  readonly untilMs: number
  readonly size: number
}

const LIMIT = { what: 'the answer of the introspection', maxBytes: 1024 * 1024 }
/** Nobody is locked out for longer by what was said a moment too early. */
const MAX_REFUSED_MS = 10_000
/** Calls at the same time. security: strangers make tokens up, and each of them is a call. */
const MAX_CALLS = 256
/** For both generations of all workers: ten thousand answers. Good tokens are not pushed out by those that strangers make up. */
const MAX_ACTIVE = 8000
const MAX_REFUSED = 2000
const MAX_CHARACTERS = 16 * 1024 * 1024
/** What an entry takes besides its claims. */
const ENTRY_SIZE = 100

export class Introspector {
  readonly #init: IntrospectorInit
  readonly #url: URL
  readonly #authorization: string | null
  readonly #active: TokenCache<Remembered>
  readonly #refused: TokenCache<Remembered>
  readonly #calls = new Map<string, Promise<Word>>()
  #isDown = false

  /** Throws for a URL that is none. */
  constructor(init: IntrospectorInit) {
    const { clientId, clientSecret, countWorkers } = init
    this.#init = init
    this.#url = parseUrl(init.url)
    // RFC 6749 2.3.1: both are encoded as in a form first.
    const credentials = `${escapeQueryComponent(clientId)}:${escapeQueryComponent(clientSecret)}`
    this.#authorization = clientId === '' ? null : `Basic ${Buffer.from(credentials).toString('base64')}`
    const share = (maxTokens: number) => (): CacheLimits => {
      const parts = 2 * countWorkers()
      return { maxTokens: Math.max(1, Math.floor(maxTokens / parts)), maxCharacters: Math.floor(MAX_CHARACTERS / parts) }
    }
    const sizeOf = (_hash: string, { size }: Remembered): number => size
    this.#active = new TokenCache(share(MAX_ACTIVE), sizeOf)
    this.#refused = new TokenCache(share(MAX_REFUSED), sizeOf)
  }

  /** What is said of a token, at once if it is remembered. Throws or rejects with AUTH_UNAVAILABLE when nothing is. The call is that of the first request. */
  ask(token: string, scope?: Scope): Word | Promise<Word> {
    // security: tokens themselves are not kept: whoever reads the memory does not become their owner.
    const hash = createHash('sha256').update(token).digest('base64')
    const known = this.#find(hash)
    if (known !== null) return known
    const running = this.#calls.get(hash)
    if (running !== undefined) return running
    if (this.#calls.size >= MAX_CALLS) throw AUTH_UNAVAILABLE
    const call = this.#call(token, hash, scope).finally(() => this.#calls.delete(hash))
    this.#calls.set(hash, call)
    return call
  }

  #find(hash: string): Word | null {
    const found = this.#active.get(hash) ?? this.#refused.get(hash)
    if (found === undefined) return null
    const nowMs = this.#init.clock()
    if (nowMs >= found.fromMs && nowMs < found.untilMs) return found.word
    this.#active.delete(hash)
    this.#refused.delete(hash)
    return null
  }

  async #call(token: string, hash: string, scope: Scope | undefined): Promise<Word> {
    const { log, label } = this.#init
    try {
      const word = this.#remember(hash, await this.#fetch(token, scope))
      if (this.#isDown) log.info(`${label} the introspection answers again`)
      this.#isDown = false
      return word
    } catch (error) {
      if (!this.#isDown) log.warning(`${label} the introspection fails, its tokens are answered 503: ${(error as Error).message}`)
      this.#isDown = true
      throw AUTH_UNAVAILABLE
    }
  }

  async #fetch(token: string, scope: Scope | undefined): Promise<Buffer> {
    const { client, tokenTypeHint, timeoutMs, callFields } = this.#init
    const hint = tokenTypeHint === '' ? '' : `&token_type_hint=${escapeQueryComponent(tokenTypeHint)}`
    const signal = AbortSignal.timeout(timerMs(timeoutMs))
    const form = `token=${escapeQueryComponent(token)}${hint}`
    const authorization = this.#authorization === null ? null : { authorization: this.#authorization }
    try {
      const response = await client.request(this.#url, {
        signal,
        accept: 'application/json',
        form,
        more: scope === undefined ? {} : Object.fromEntries(callFieldsOf(callFields, scope)),
        ...authorization,
      })
      if (response.statusCode === 200) return await readAnswer(response, LIMIT)
      response.destroy()
      throw new Error(`status ${response.statusCode}`)
    } catch (error) {
      if (signal.aborted) throw new Error(`no answer within ${timeoutMs} ms`, { cause: error })
      throw error
    }
  }

  #remember(hash: string, bytes: Buffer): Word {
    const { clock, cacheMs } = this.#init
    const claims = freezeDeeply(parseStrictObject(bytes.toString()))
    const isActive = memberOf(claims, 'active')
    if (typeof isActive !== 'boolean') throw new Error('the answer does not say whether the token is active')
    const word = { claims: isActive ? claims : null }
    const fromMs = clock()
    const expiry = memberOf(claims, 'exp')
    const endMs = isActive ? (typeof expiry === 'number' ? expiry * 1000 : Infinity) : fromMs + MAX_REFUSED_MS
    const untilMs = Math.min(fromMs + cacheMs, endMs)
    const size = ENTRY_SIZE + (isActive ? bytes.length : 0)
    if (untilMs > fromMs) (isActive ? this.#active : this.#refused).set(hash, { word, fromMs, untilMs, size })
    return word
  }
}
