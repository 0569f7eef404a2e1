// ASN.1 in DER: as much as keys and certificates need.

export const SEQUENCE = 0x30
export const SET = 0x31
const INTEGER = 0x02
const OBJECT_IDENTIFIER = 0x06

/** A value with its tag and length. */
export function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content])
  const size = Buffer.from(evenHex(BigInt(content.length)), 'hex')
  return Buffer.concat([Buffer.of(tag, 0x80 | size.length), size, content])
}

/** Not negative. */
export function derInteger(value: bigint): Buffer {
  const bytes = Buffer.from(evenHex(value), 'hex')
  return der(INTEGER, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
}

/** `2.5.4.3` */
export function derOid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const part of rest) {
    const groups = [part & 0x7f]
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return der(OBJECT_IDENTIFIER, Buffer.from(bytes))
}

function evenHex(value: bigint): string {
  const digits = value.toString(16)
  return digits.length % 2 === 0 ? digits : `0${digits}`
}

export interface DerValue {
  readonly tag: number
  readonly content: Buffer
  /** With tag and length. */
  readonly whole: Buffer
}

/** The values that stand one behind the other; null when the bytes are no DER. */
export function readDer(bytes: Buffer): DerValue[] | null {
  const values: DerValue[] = []
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0
    let size = bytes[at + 1] ?? 0
    let start = at + 2
    if (size >= 0x80) {
      const digits = size & 0x7f
      if (digits === 0 || digits > 4 || start + digits > bytes.length) return null
      size = bytes.readUIntBE(start, digits)
      start += digits
    }
    const end = start + size
    if (end > bytes.length) return null
    values.push({ tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) })
    at = end
  }
  return values
}

/** The values in a value; none when its content is no DER. */
export function childrenOf(value: DerValue | undefined): DerValue[] {
  return value === undefined ? [] : (readDer(value.content) ?? [])
}

/** What a certificate certifies, field by field: without a version, the first are number, algorithm, issuer, time, subject. */
export function certifiedFields(certificate: Buffer): DerValue[] {
  const [body] = childrenOf(readDer(certificate)?.[0])
  return childrenOf(body)
}

const VERSION = 0xa0
const SUBJECT = 4

/** The name that a certificate is made out to, with tag and length. Null when the bytes are no certificate. */
export function subjectOf(certificate: Buffer): Buffer | null {
  return certifiedFields(certificate).filter(({ tag }) => tag !== VERSION)[SUBJECT]?.whole ?? null
}

export function readInteger({ content }: DerValue): bigint {
  return BigInt(`0x${content.toString('hex') || '0'}`)
}

/** One PEM block. */
export function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
