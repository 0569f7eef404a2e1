// What went wrong in a script becomes an error of the gateway: text, place, and the status that `custom_error` asks for.

import { basename } from 'node:path'
import { GatewayError, type GatewayErrorInit } from '../../../engine/errors.ts'
import { textOfBytes } from '../../../lua/bytes.ts'
import { LuaError, LuaStop, LuaSyntaxError } from '../../../lua/errors.ts'
import { locate, type Part, type Script } from './script.ts'

/** Between message, status and content type in what `custom_error` raises. */
export const SEPARATOR = ' || '
/** A status of `custom_error` that is none. */
export const NO_STATUS = -1

const POSITION = /^<string>:(\d+): /
const INTEGER = /^[+-]?\d+$/

/** The error for whoever waits for the script; what is no error of the script comes back as it is. */
export function failureOf(thrown: unknown, script: Script, onStop: (reason: string) => void): unknown {
  if (thrown instanceof LuaSyntaxError) return new GatewayError(describeSyntaxError(thrown, script), { code: 'ERR_LUA' })
  if (thrown instanceof LuaStop) {
    onStop(thrown.message)
    return new GatewayError(`lua: ${thrown.message}`, { code: 'ERR_LUA_STOPPED' })
  }
  return thrown instanceof LuaError ? raisedError(thrown, script) : thrown
}

function raisedError({ message, origin }: LuaError, script: Script): GatewayError {
  const position = POSITION.exec(message)
  const text = position === null ? message : message.slice(position[0].length)
  const pieces = text.split(SEPARATOR)
  if (pieces.length > 1) return customError(pieces)
  if (position === null) return new GatewayError(textOfBytes(text), { code: 'ERR_LUA' })
  const owner = PARTS.find((name) => origin !== null && isChunk(script[name]) && script[name].defines(origin)) ?? 'pre'
  return new GatewayError(`${textOfBytes(text)} (${nameLine(owner, Number(position[1]), script)})`, { code: 'ERR_LUA' })
}

const PARTS = ['sources', 'pre', 'post'] as const
type PartName = (typeof PARTS)[number]

function isChunk(part: Part | null): part is Exclude<Part, Error> {
  return part !== null && !(part instanceof Error)
}

/** `f.lua:L3`: base name and line, as clients of KrakenD read it. */
function nameLine(part: PartName, line: number, script: Script): string {
  if (part !== 'sources') return `${part}-script:L${line}`
  const place = locate(script, line)
  return `${basename(place.path)}:L${place.line}`
}

function describeSyntaxError(error: LuaSyntaxError, script: Script): string {
  const owner = PARTS.find((name) => script[name] === error) ?? 'pre'
  return `${wordsOf(error)} (${nameLine(owner, error.line, script)})`
}

/** `'b': parse error`; at the end of the text `syntax error at EOF`. */
export function wordsOf({ line, near, reason }: LuaSyntaxError): string {
  if (line === 0) return near === '' ? `${reason} at EOF` : reason
  return near === '' ? reason : `'${textOfBytes(near)}': ${textOfBytes(reason)}`
}

function customError([message = '', status = '', contentType = '']: readonly string[]): GatewayError {
  const init: GatewayErrorInit = { code: 'ERR_LUA_CUSTOM', contentType: contentType === '' ? null : textOfBytes(contentType) }
  const statusCode = INTEGER.test(status) ? statusOf(Number(status)) : null
  return new GatewayError(textOfBytes(message), statusCode === null ? init : { ...init, statusCode })
}

/** compat: a status below 1 changes nothing, so 200 is sent; what is no status at all makes Go's server fail. */
function statusOf(status: number): number | null {
  if (status === NO_STATUS) return null
  if (status <= 0) return 200
  return status >= 100 && status <= 999 ? status : 500
}
