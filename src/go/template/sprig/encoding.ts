// Base 64 and base 32 with Go's errors, and JSON.

import { fn, GoError, type GoFunction } from '../../function.ts'
import { marshal } from '../../json.ts'
import { decodeText, encodeText } from '../../text.ts'
import { fromJsonValue, type GoValue } from '../../value.ts'
import type { SprigHost } from './host.ts'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export function encodingFunctions(host: SprigHost): Readonly<Record<string, GoFunction>> {
  const parse = (text: string, readInfinite: () => null): GoValue => {
    try {
      return fromJsonValue(finite(host.parseJson(text), readInfinite))
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error
      throw new GoError(host.describeJsonError(text))
    }
  }
  const mustFromJson = (text: string): GoValue =>
    parse(text, () => {
      throw new GoError(host.describeJsonError(text))
    })
  return {
    b64enc: fn(['string'], (text) => encodeText(text).toString('base64')),
    b64dec: fn(['string'], (text) => orMessage(() => decodeText(decodeBase64(text)))),
    b32enc: fn(['string'], (text) => encodeBase32(encodeText(text))),
    b32dec: fn(['string'], (text) => orMessage(() => decodeText(decodeBase32(text)))),
    fromJson: fn(['string'], (text) => orElse(() => parse(text, () => null), null)),
    mustFromJson: fn(['string'], mustFromJson),
    toJson: fn(['any'], (value) => orElse(() => marshal(value), '')),
    mustToJson: fn(['any'], (value) => marshal(value)),
    toPrettyJson: fn(['any'], (value) => orElse(() => marshal(value, { indent: '  ' }), '')),
    mustToPrettyJson: fn(['any'], (value) => marshal(value, { indent: '  ' })),
    toRawJson: fn(['any'], (value) => marshal(value, { isRaw: true })),
    mustToRawJson: fn(['any'], (value) => marshal(value, { isRaw: true })),
  }
}

/** A JSON value in which `readInfinite` stands for numbers that no double holds: Go's decoder fails at them, and leaves null in their place. */
function finite(value: unknown, readInfinite: () => null): unknown {
  if (value === Infinity || value === -Infinity) return readInfinite()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => finite(item, readInfinite))
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, finite(member, readInfinite)]))
}

function orElse(run: () => GoValue, otherwise: GoValue): GoValue {
  try {
    return run()
  } catch (error) {
    if (error instanceof GoError) return otherwise
    throw error
  }
}

/** compat: the text of the error is the value. */
function orMessage(run: () => string): string {
  try {
    return run()
  } catch (error) {
    if (error instanceof GoError) return error.message
    throw error
  }
}

/** Throws a GoError: `illegal base64 data at input byte 3`. Line breaks do not count. */
export function decodeBase64(text: string): Buffer {
  const bytes = encodeText(text)
  const refuse = (at: number): GoError => new GoError(`illegal base64 data at input byte ${at}`)
  const isBreak = (at: number): boolean => bytes[at] === 0x0a || bytes[at] === 0x0d
  let digits = 0
  for (let at = 0; at < bytes.length; at++) {
    if (isBreak(at)) continue
    const character = String.fromCharCode(bytes[at] ?? 0)
    if (/[A-Za-z0-9+/]/.test(character)) {
      digits++
      continue
    }
    const inGroup = digits % 4
    if (character !== '=' || inGroup < 2) throw refuse(at)
    let next = at + 1
    if (inGroup === 2) {
      while (isBreak(next)) next++
      if (next === bytes.length) throw refuse(bytes.length)
      if (bytes[next] !== 0x3d) throw refuse(next - 1)
      next++
    }
    while (isBreak(next)) next++
    if (next < bytes.length) throw refuse(next)
    return Buffer.from(text, 'base64')
  }
  if (digits % 4 !== 0) throw refuse(bytes.length - (digits % 4))
  return Buffer.from(text, 'base64')
}

function encodeBase32(bytes: Buffer): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  const digits = (bits.match(/.{1,5}/g) ?? []).map((group) => BASE32.charAt(Number.parseInt(group.padEnd(5, '0'), 2))).join('')
  return digits.padEnd(Math.ceil(digits.length / 8) * 8, '=')
}

/** Throws a GoError. */
function decodeBase32(text: string): Buffer {
  const source = encodeText(text)
    .toString('latin1')
    .replaceAll(/[\r\n]/g, '')
  const refuse = (at: number): GoError => new GoError(`illegal base32 data at input byte ${at}`)
  const output: number[] = []
  let buffer = 0
  let bits = 0
  for (let at = 0; at < source.length; at++) {
    const character = source.charAt(at)
    const inGroup = at % 8
    const left = source.length - at - 1
    if (character === '=' && inGroup >= 2 && left < 8) {
      if (left + inGroup < 7) throw refuse(source.length)
      for (let index = 0; index < 7 - inGroup; index++) {
        if (left > index && source.charAt(at + 1 + index) !== '=') throw refuse(at + index)
      }
      if (inGroup === 3 || inGroup === 6) throw refuse(at)
      return Buffer.from(output)
    }
    const value = BASE32.indexOf(character)
    if (value < 0) throw refuse(at)
    buffer = ((buffer << 5) | value) & 0xffff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      output.push((buffer >> bits) & 0xff)
    }
  }
  if (source.length % 8 !== 0) throw refuse(source.length - (source.length % 8))
  return Buffer.from(output)
}
