// What the tests of key sources share: a key server and a machine with several workers, with a clock and downloads made by hand. Has no tests itself.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Jwk } from './keys/jwk.ts'
import { TokenError } from './token/jws.ts'
import { UrlKeyLoader } from './keys/key-loader.ts'
import { CachedKeys } from './keys/key-sources.ts'
import { FAILED_KEYS_BYTES, FailedKeys } from './keys/failed-keys.ts'
import { KEY_SET_BYTES } from './keys/shared-download.ts'
import { SharedSlot } from '../shared-slot.ts'

export const idOf = (jwk: Jwk): string => jwk.kid

export function setOf(keys: Readonly<Record<string, string>>): Buffer {
  const list = Object.entries(keys).map(([kid, k]) => ({ kty: 'oct', kid, k: Buffer.from(k).toString('base64url') }))
  return Buffer.from(JSON.stringify({ keys: list }))
}

export function secretOf(jwk: Jwk): string {
  return jwk.key.export().toString()
}

/** A key server: what it has now, how often it was asked, and a gate that holds its answers back. */
export class FakeServer {
  keys: Readonly<Record<string, string>> | Error
  downloads = 0
  gate: Promise<void> = Promise.resolve()

  constructor(keys: Readonly<Record<string, string>> | Error) {
    this.keys = keys
  }

  readonly download = async (): Promise<Buffer> => {
    this.downloads++
    const { keys } = this
    await this.gate
    if (keys instanceof Error) throw keys
    return setOf(keys)
  }
}

interface Worker {
  readonly keys: CachedKeys
  readonly loader: UrlKeyLoader
}

export class Machine {
  nowMs = 1_000_000
  readonly server: FakeServer
  readonly memory = new SharedArrayBuffer(KEY_SET_BYTES)
  readonly failedMemory = new SharedArrayBuffer(FAILED_KEYS_BYTES)

  constructor(keys: Readonly<Record<string, string>> | Error) {
    this.server = new FakeServer(keys)
  }

  worker(cooldownMs = 0): Worker {
    const loader = new UrlKeyLoader(this.server.download)
    const keys = new CachedKeys({
      loader,
      idOf,
      shared: new SharedSlot(this.memory),
      failed: cooldownMs === 0 ? null : new FailedKeys(this.failedMemory, cooldownMs),
      clock: () => this.nowMs,
      maxAgeMs: 10_000,
      loadLimitMs: 1000,
    })
    return { keys, loader }
  }
}

export function gate(): { promise: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { promise, open: resolve }
}

export async function refusal(found: () => Jwk | Promise<Jwk>): Promise<string> {
  try {
    await found()
  } catch (error) {
    assert.ok(error instanceof TokenError)
    return error.message
  }
  return assert.fail('a key was found')
}

/** Waiting for shared memory keeps no process alive. */
export function keepAlive(context: TestContext): void {
  const timer = setInterval(() => {}, 1000)
  context.after(() => clearInterval(timer))
}
