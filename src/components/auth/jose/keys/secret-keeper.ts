// Decrypts a key file whose data key is kept by a secret keeper. Knows nothing of JWK.

import { createDecipheriv, createHash } from 'node:crypto'
import { decodePaddedBase64url } from '../base64url.ts'
import { openSecretbox } from './secretbox.ts'

/** Gives the data key for its encrypted form; at once where no other machine is asked. */
export type Keeper = (encrypted: Buffer) => Buffer | Promise<Buffer>

type Environment = Readonly<Record<string, string | undefined>>

const VAULT_TIMEOUT_MS = 10_000
const NOT_BUILT = new Set(['awskms', 'azurekeyvault', 'gcpkms'])

/** The keeper of a `secret_url`; `environment` tells where a vault is. Throws when there is none of that kind; messages never show the URL, it may hold a key. */
export function openKeeper(secretUrl: string, environment: Environment): Keeper {
  const scheme = /^([a-z0-9]+):\/\//.exec(secretUrl)?.[1] ?? ''
  const rest = secretUrl.slice(scheme.length + 3)
  if (scheme === 'base64key') return openLocalKeeper(rest)
  if (scheme === 'hashivault') return openVaultKeeper(rest, environment)
  if (NOT_BUILT.has(scheme)) {
    throw new Error(`secret_url: the keeper ${scheme}:// is not available in this build; base64key:// and hashivault:// are`)
  }
  throw new Error('secret_url: unknown keeper; base64key:// and hashivault:// are available')
}

/** Whether the keeper is another machine that this build can ask. */
export function isKeptElsewhere(secretUrl: string): boolean {
  return /^hashivault:\/\/[^?]/.test(secretUrl)
}

function openLocalKeeper(rest: string): Keeper {
  if (rest.includes('?')) throw new Error('secret_url: base64key:// takes no parameters')
  const key = decodePaddedBase64url(rest.replace(/\/$/, ''))
  if (key.length !== 32) throw new Error('secret_url: the key of base64key:// must have 32 bytes')
  return (encrypted) => openSecretbox(encrypted, key)
}

/** The transit engine of HashiCorp Vault, found as its own tools do: VAULT_SERVER_URL and VAULT_SERVER_TOKEN. */
function openVaultKeeper(rest: string, environment: Environment): Keeper {
  const { VAULT_SERVER_URL: server = '', VAULT_SERVER_TOKEN: token = '' } = environment
  const [name = ''] = rest.split('?')
  if (name === '') throw new Error('secret_url: hashivault:// needs the name of a key')
  if (server === '' || token === '') throw new Error('secret_url: hashivault:// needs VAULT_SERVER_URL and VAULT_SERVER_TOKEN')
  return async function decryptWithVault(encrypted) {
    const response = await fetch(`${server.replace(/\/+$/, '')}/v1/transit/decrypt/${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { 'X-Vault-Token': token, 'Content-Type': 'application/json' },
      body: JSON.stringify({ ciphertext: encrypted.toString() }),
      signal: AbortSignal.timeout(VAULT_TIMEOUT_MS),
      redirect: 'error',
    })
    if (!response.ok) throw new Error(`secret_url: the vault answered ${response.status}`)
    const answer = (await response.json()) as { data?: { plaintext?: unknown } }
    if (typeof answer.data?.plaintext !== 'string') throw new Error('secret_url: the vault gave no plain text')
    return Buffer.from(answer.data.plaintext, 'base64')
  }
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** The plain text of a file in KrakenD's format: AES-256-GCM under the hexadecimal MD5 of the data key. */
export function decryptKeyFile(file: Buffer, dataKey: Buffer): Buffer {
  if (file.length < NONCE_BYTES + TAG_BYTES) throw new Error('the encrypted key file is too short')
  // compat: 32 hexadecimal characters are the key, not the 16 bytes they stand for.
  const key = Buffer.from(createHash('md5').update(dataKey).digest('hex'), 'latin1')
  const decipher = createDecipheriv('aes-256-gcm', key, file.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAuthTag(file.subarray(file.length - TAG_BYTES))
  return Buffer.concat([decipher.update(file.subarray(NONCE_BYTES, file.length - TAG_BYTES)), decipher.final()])
}
