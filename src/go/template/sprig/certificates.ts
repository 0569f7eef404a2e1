// X.509 certificates: authorities, self-signed and signed ones, as sprig makes them with Go's crypto/x509.

import { createHash, createPublicKey, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { GoError } from '../../function.ts'
import { formatValue } from '../../format-value.ts'
import { GoObject, type GoSlice, type GoValue } from '../../value.ts'
import { certifiedFields, childrenOf, der, derInteger, derOid, type DerValue, pem, readDer, SEQUENCE, SET, subjectOf } from '../../der.ts'
import type { SprigHost } from './host.ts'
import { decodePem, privateKeyPem } from './keys.ts'

/** What the functions yield: `.Cert` and `.Key` in PEM. */
export class Certificate extends GoObject {
  readonly type = 'sprig.certificate'
  readonly kind = 'struct'
  readonly fields: ReadonlyMap<string, GoValue>
  readonly cert: string
  readonly key: string

  constructor(cert: string, key: string) {
    super()
    this.cert = cert
    this.key = key
    this.fields = new Map([
      ['Cert', cert],
      ['Key', key],
    ])
  }

  override equals(other: GoObject): boolean {
    return other instanceof Certificate && other.cert === this.cert && other.key === this.key
  }
}

export interface Subject {
  readonly name: string
  readonly ips: GoSlice | null
  readonly dns: GoSlice | null
  readonly days: number
}

/** Who signs: null for itself. */
export interface Issuer {
  /** The DER of the name. */
  readonly name: Buffer
  readonly keyId: Buffer | null
  readonly key: KeyObject
}

const DAY_MS = 86_400_000
const OID = {
  commonName: '2.5.4.3',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  alternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const
const TRUE = Buffer.from([0x01, 0x01, 0xff])
const NULL = Buffer.from([0x05, 0x00])

/** A certificate for a key. Throws a GoError. */
export function makeCertificate(
  subject: Subject,
  key: KeyObject,
  issuer: Issuer | null,
  isAuthority: boolean,
  host: SprigHost,
): Certificate {
  const addresses = (subject.ips?.items ?? []).map(readAddress)
  const names = (subject.dns?.items ?? []).map(readName)
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const signer = issuer?.key ?? key
  const { algorithm, digest } = signatureOf(signer)
  const name = nameOf(subject.name)
  const keyId = isAuthority ? keyIdOf(publicKey) : null
  const body = der(
    SEQUENCE,
    der(0xa0, derInteger(2n)),
    derInteger(BigInt(`0x${Buffer.from(host.random(16)).toString('hex')}`)),
    algorithm,
    issuer?.name ?? name,
    der(SEQUENCE, timeOf(host.now()), timeOf(host.now() + subject.days * DAY_MS)),
    name,
    publicKey,
    der(0xa3, der(SEQUENCE, ...extensions({ isAuthority, keyId, issuerKeyId: issuer?.keyId ?? null, addresses, names }))),
  )
  const signature = sign(digest, body, signer)
  const certificate = der(SEQUENCE, body, algorithm, der(0x03, Buffer.of(0), signature))
  return new Certificate(pem('CERTIFICATE', certificate), privateKeyPem(key))
}

interface Extensions {
  readonly isAuthority: boolean
  readonly keyId: Buffer | null
  readonly issuerKeyId: Buffer | null
  readonly addresses: readonly Buffer[]
  readonly names: readonly string[]
}

function extensions({ isAuthority, keyId, issuerKeyId, addresses, names }: Extensions): Buffer[] {
  // digital signature, key encipherment; authorities also sign certificates
  const usage = isAuthority ? Buffer.from([0x03, 0x02, 0x02, 0xa4]) : Buffer.from([0x03, 0x02, 0x05, 0xa0])
  const list = [
    extension(OID.keyUsage, true, usage),
    extension(OID.extendedUsage, false, der(SEQUENCE, derOid(OID.serverAuth), derOid(OID.clientAuth))),
    extension(OID.basicConstraints, true, isAuthority ? der(SEQUENCE, TRUE) : der(SEQUENCE)),
  ]
  if (keyId !== null) list.push(extension(OID.subjectKeyId, false, der(0x04, keyId)))
  if (issuerKeyId !== null) list.push(extension(OID.authorityKeyId, false, der(SEQUENCE, der(0x80, issuerKeyId))))
  const alternatives = [...names.map((name) => der(0x82, Buffer.from(name))), ...addresses.map((address) => der(0x87, address))]
  if (alternatives.length > 0) list.push(extension(OID.alternativeName, false, der(SEQUENCE, ...alternatives)))
  return list
}

function extension(oid: string, isCritical: boolean, content: Buffer): Buffer {
  return der(SEQUENCE, derOid(oid), ...(isCritical ? [TRUE] : []), der(0x04, content))
}

function nameOf(commonName: string): Buffer {
  const isPrintable = /^[A-Za-z0-9 '()+,\-./:=?*&]*$/.test(commonName)
  const text = der(isPrintable ? 0x13 : 0x0c, Buffer.from(commonName))
  return commonName === '' ? der(SEQUENCE) : der(SEQUENCE, der(SET, der(SEQUENCE, derOid(OID.commonName), text)))
}

function keyIdOf(publicKey: Buffer): Buffer {
  const bits = childrenOf(readDer(publicKey)?.[0])[1]?.content ?? publicKey
  return createHash('sha1').update(bits.subarray(1)).digest()
}

/** Years from 2050 on need the longer form. */
function timeOf(ms: number): Buffer {
  const [date = '', clock = ''] = new Date(ms)
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z$/g, '')
    .split('T')
  return date < '2050' ? der(0x17, Buffer.from(`${date.slice(2)}${clock}Z`)) : der(0x18, Buffer.from(`${date}${clock}Z`))
}

function signatureOf(key: KeyObject): { algorithm: Buffer; digest: string | null } {
  if (key.asymmetricKeyType === 'rsa') return { algorithm: der(SEQUENCE, derOid('1.2.840.113549.1.1.11'), NULL), digest: 'sha256' }
  if (key.asymmetricKeyType === 'ed25519') return { algorithm: der(SEQUENCE, derOid('1.3.101.112')), digest: null }
  if (key.asymmetricKeyType !== 'ec') throw new GoError('error creating certificate: x509: unsupported public key type')
  const curve = key.asymmetricKeyDetails?.namedCurve ?? ''
  const [oid, digest] = { secp384r1: ['1.2.840.10045.4.3.3', 'sha384'], secp521r1: ['1.2.840.10045.4.3.4', 'sha512'] }[curve] ?? [
    '1.2.840.10045.4.3.2',
    'sha256',
  ]
  return { algorithm: der(SEQUENCE, derOid(oid ?? '')), digest: digest ?? 'sha256' }
}

function readAddress(value: GoValue): Buffer {
  if (typeof value !== 'string') throw new GoError(`error parsing ip: ${formatValue(value)} is not a string`)
  if (isIP(value) === 4) return Buffer.from(value.split('.').map(Number))
  if (isIP(value) !== 6 || value.includes('%')) throw new GoError(`error parsing ip: ${value}`)
  return Buffer.from(expandAddress(value), 'hex')
}

/** 32 digits. */
function expandAddress(text: string): string {
  const hexOfIpv4 = (part: string): string => {
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number)
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  }
  const plain = text.replace(/[\d.]+\.[\d.]+$/, hexOfIpv4)
  const [head = '', tail] = plain.split('::')
  const groups = (part: string): string[] => part.split(':').filter((group) => group !== '')
  const front = groups(head)
  const back = tail === undefined ? [] : groups(tail)
  return [...front, ...new Array<string>(8 - front.length - back.length).fill('0'), ...back].map((group) => group.padStart(4, '0')).join('')
}

function readName(value: GoValue): string {
  if (typeof value === 'string') return value
  throw new GoError(`error processing alternate dns name: ${formatValue(value)} is not a string`)
}

/** Name and key id of a certificate that signs others. Throws a GoError. */
export function readIssuer(certificate: string, key: KeyObject): Issuer {
  const block = decodePem(certificate)
  if (block === null) throw new GoError('unable to decode certificate')
  parseCertificate(block.bytes)
  const name = subjectOf(block.bytes)
  if (name === null) throw new GoError('error parsing certificate: the subject is missing')
  return { name, keyId: subjectKeyId(certifiedFields(block.bytes).find(({ tag }) => tag === 0xa3)), key }
}

/** Throws a GoError when the bytes are no certificate. */
export function parseCertificate(bytes: Buffer): void {
  try {
    void new X509Certificate(bytes).serialNumber
  } catch (error) {
    throw new GoError(`error parsing certificate: decodedCert.Bytes: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function subjectKeyId(list: DerValue | undefined): Buffer | null {
  const wanted = derOid(OID.subjectKeyId)
  const found = childrenOf(childrenOf(list)[0]).find((entry) => childrenOf(entry)[0]?.whole.equals(wanted) === true)
  const content = found === undefined ? undefined : childrenOf(found).at(-1)
  return content === undefined ? null : (readDer(content.content)?.[0]?.content ?? null)
}
