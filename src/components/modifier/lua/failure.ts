// What went wrong in a script becomes an error of the gateway: text, place, and the status that `custom_error` asks for.

import { basename } from 'node:path'
import { GatewayError, type GatewayErrorInit } from '../../../engine/errors.ts'
import { textOfBytes } from '../../../go/text.ts'
import { trim } from '../../../go/trim.ts'
import { LuaError, LuaStop, LuaSyntaxError } from '../../../lua/errors.ts'
import { CHUNK_NAME, locate, type Part, type Script } from './script.ts'

/** Between message, status and content type in what `custom_error` raises. */
export const SEPARATOR = ' || '
/** A status of `custom_error` that is none. */
export const NO_STATUS = -1

/** Where an error was raised, as the library writes it before every message: the name of a program and a line. */
const POSITION = /^([^:\n]*):(\d+): /
const INTEGER = /^[+-]?\d+$/

/** The error for whoever waits for the script, of which `part` was running; what is no error of the script comes back as it is. */
export function failureOf(thrown: unknown, script: Script, part: Part, onStop: (reason: string) => void): unknown {
  if (thrown instanceof LuaSyntaxError) return new GatewayError(describeSyntaxError(thrown, script), { code: 'ERR_LUA' })
  if (thrown instanceof LuaStop) {
    onStop(thrown.message)
    return new GatewayError(`lua: ${thrown.message}`, { code: 'ERR_LUA_STOPPED' })
  }
  return thrown instanceof LuaError ? raisedError(thrown, script, part) : thrown
}

function raisedError({ message, origin }: LuaError, script: Script, part: Part): GatewayError {
  const position = POSITION.exec(message)
  if (position === null) {
    const pieces = message.split(SEPARATOR)
    return pieces.length > 1 ? customError(pieces) : new GatewayError(textOfBytes(message), { code: 'ERR_LUA' })
  }
  const [prefix, name = '', line = ''] = position
  const text = message.slice(prefix.length)
  const pieces = text.split(SEPARATOR)
  if (pieces.length > 1) return customError(pieces)
  const owner = PARTS.find((one) => origin !== null && isChunk(script[one]) && script[one].defines(origin)) ?? ownerOf(part, script)
  // A program of another file (`dofile`, `require`) has that file's name.
  const place = name === CHUNK_NAME ? nameLine(owner, Number(line), script) : `${basename(textOfBytes(name))}:L${line}`
  return new GatewayError(`${textOfBytes(trim(text, ' '))} (${place})`, { code: 'ERR_LUA' })
}

const PARTS = ['sources', 'pre', 'post'] as const
type PartName = (typeof PARTS)[number]

function ownerOf(part: Part, script: Script): PartName {
  return PARTS.find((name) => script[name] === part) ?? 'pre'
}

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
  return `${wordsOf(error)} (${nameLine(ownerOf(error, script), error.line, script)})`
}

/** `'b': parse error`; at the end of the text `syntax error at EOF`. */
export function wordsOf({ line, near, reason }: LuaSyntaxError): string {
  if (line === 0) return near === '' ? `${reason} at EOF` : reason
  return near === '' ? reason : `'${textOfBytes(near)}': ${textOfBytes(reason)}`
}

function customError([message = '', status = '', contentType = '']: readonly string[]): GatewayError {
  const init: GatewayErrorInit = { code: 'ERR_LUA_CUSTOM', contentType: contentType === '' ? null : textOfBytes(contentType) }
  const statusCode = INTEGER.test(status) ? statusOf(Number(status)) : null
  return new GatewayError(textOfBytes(trim(message, ' ')), statusCode === null ? init : { ...init, statusCode })
}

/** compat: a status below 1 changes nothing, so 200 is sent; what is no status at all makes Go's server fail. */
function statusOf(status: number): number | null {
  if (status === NO_STATUS) return null
  if (status <= 0) return 200
  return status >= 100 && status <= 999 ? status : 500
}
