// Reads the filters that another gateway sends for a union. Knows nothing of connections.

import { gunzipSync } from 'node:zlib'
import { isObject } from '../../../json/types.ts'
import { filterBytes } from './bloom-filter.ts'
import { GobDecoder } from './gob-decoder.ts'
import { GobError } from './gob-reader.ts'
import { textOf } from './gob-types.ts'
import type { GobStruct } from './gob-types.ts'
import type { RotatingFilter } from './rotating-filter.ts'

/** Names, numbers and descriptions of types around the bits. */
const OVERHEAD_BYTES = 65536
const PARTS = ['Current', 'Next', 'Previous'] as const

/** Bytes that three such filters have at most once they are unpacked. */
export function unionBytes(filter: RotatingFilter): number {
  return 3 * filterBytes(filter.m) + OVERHEAD_BYTES
}

/**
 * Adds what the marshaled filters hold: gzip of gob of three filters, each gob again, as krakend/bloomfilter
 * writes them. Throws when they were made with other parameters, and changes nothing then.
 */
export function uniteMarshaled(filter: RotatingFilter, payload: Buffer): void {
  const outer = decodeOne(gunzipSync(payload, { maxOutputLength: unionBytes(filter) }), unionBytes(filter))
  const config = structOf(structOf(outer['Config'])['Config'])
  const { n, p } = filter.parameters
  const [otherN, otherP] = [Number(config['N'] ?? 0), Number(config['P'] ?? 0)]
  if (otherN !== n) throw new GobError(`different n values ${otherN} vs. ${n}`)
  if (otherP !== p) throw new GobError(`different p values ${otherP.toFixed(2)} vs. ${p.toFixed(2)}`)
  const [current, next, previous] = PARTS.map((part) => bitsOf(filter, outer[part]))
  filter.unite(previous as Buffer, current as Buffer, next as Buffer)
}

function bitsOf(filter: RotatingFilter, marshaled: unknown): Buffer {
  const part = decodeOne(bytesOf(marshaled), unionBytes(filter))
  const [m, k, hashName] = [Number(part['M'] ?? 0), Number(part['K'] ?? 0), textOf(structOf(part['Cfg'])['HashName'])]
  if (m !== filter.m) throw new GobError(`m1(${filter.m}) != m2(${m})`)
  if (k !== filter.k) throw new GobError(`k1(${filter.k}) != k2(${k})`)
  const own = filter.parameters.hashName
  if (hashName !== own) throw new GobError(`different hashers: ${hashName} is not ${own}`)
  return bytesOf(part['BS'])
}

function decodeOne(bytes: Buffer, maxBytes: number): GobStruct {
  const decoder = new GobDecoder(maxBytes)
  decoder.push(bytes)
  return structOf(decoder.next()?.value)
}

function structOf(value: unknown): GobStruct {
  if (!isObject(value) || Buffer.isBuffer(value)) throw new GobError('unable to union')
  return value as GobStruct
}

function bytesOf(value: unknown): Buffer {
  if (!Buffer.isBuffer(value)) throw new GobError('unable to union')
  return value
}
