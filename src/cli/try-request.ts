// The request that a command line of `krakend try` describes.

import { readFileSync } from 'node:fs'
import { bodyOf } from '../engine/body.ts'
import type { MemoryRequest } from '../engine/endpoint/memory-exchange.ts'
import { HeaderMap } from '../engine/headers.ts'
import { asError } from '../engine/errors.ts'
import { isToken } from '../go/header-name.ts'
import { findBadEscape } from '../go/url-escape.ts'
import { UsageError } from './arguments.ts'

export interface RequestWords {
  readonly words: readonly string[]
  /** `Name: value`. */
  readonly headers: readonly string[]
  /** The body, or `@FILE`. */
  readonly data: string | undefined
}

/** Throws a UsageError for what is no request. */
export function readRequest({ words, headers, data }: RequestWords): MemoryRequest {
  const [first = '', second, third] = words.flatMap((word) => word.split(' ')).filter((word) => word !== '')
  const hasMethod = !first.startsWith('/')
  const target = hasMethod ? second : first
  const extra = hasMethod ? third : second
  if (target?.startsWith('/') !== true || extra !== undefined)
    throw new UsageError('say what is asked for: a path, with or without its method')
  const method = hasMethod ? first.toUpperCase() : data === undefined ? 'GET' : 'POST'
  if (!isToken(method)) throw new UsageError(`"${method}" is no method`)
  const bad = findBadEscape(target.replace(/\?.*$/s, ''))
  if (bad !== null) throw new UsageError(`the path has a malformed escape, ${bad}: every gateway answers 400`)
  const map = readFields(headers)
  if (data === undefined) return { method, target, headers: map, host: map.get('Host') ?? 'localhost' }
  const bytes = readData(data)
  map.set('Content-Length', String(bytes.length))
  return { method, target, headers: map, host: map.get('Host') ?? 'localhost', body: bodyOf(bytes) }
}

/** Fields of `-H`. Throws a UsageError. */
export function readFields(texts: readonly string[]): HeaderMap {
  return HeaderMap.fromClient(texts.flatMap((text) => readField(text)))
}

function readField(text: string): [string, string] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined || !isToken(name) || /[\r\n]/.test(value))
    throw new UsageError(`invalid argument "${text}" for "-H, --header" flag: it must be "Name: value"`)
  return [name, value]
}

function readData(data: string): Buffer {
  if (!data.startsWith('@')) return Buffer.from(data)
  try {
    return readFileSync(data.slice(1))
  } catch (error) {
    throw new UsageError(`the body cannot be read: ${asError(error).message}`)
  }
}
