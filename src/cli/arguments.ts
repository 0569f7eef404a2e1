// Reads a command's flags, short and long, as KrakenD's users write them.

import { parseArgs } from 'node:util'

export interface Flag {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  /** A boolean that counts: `-dd`. */
  readonly multiple?: boolean
}

/** A command line that cannot be understood; `usage` says what would be. */
export class UsageError extends Error {
  readonly usage: string

  constructor(message: string, usage: string) {
    super(message)
    this.usage = usage
  }
}

export type FlagValues<F extends Record<string, Flag>> = {
  -readonly [K in keyof F]: F[K]['type'] extends 'string' ? string | undefined : number
}

/** Values by flag name: texts, and for booleans how often they were given. Throws a UsageError. */
export function readFlags<F extends Record<string, Flag>>(command: string, args: readonly string[], flags: F): FlagValues<F> {
  const options = Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, { multiple: flag.type === 'boolean', ...flag }]))
  try {
    const { values } = parseArgs({ args: [...args], options, allowPositionals: false })
    const read = (name: string, flag: Flag): unknown => {
      const value = values[name]
      return flag.type === 'string' ? value : Array.isArray(value) ? value.length : 0
    }
    return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, read(name, flag)])) as FlagValues<F>
  } catch (error) {
    throw new UsageError(toGoWords(error as Error), `Run 'krakend ${command} --help' for usage.`)
  }
}

/** The message without Node's advice about positional arguments. */
function toGoWords(error: Error & { code?: string }): string {
  const unknown = /Unknown option '(-[^']*)'/.exec(error.message)?.[1]
  if (unknown !== undefined)
    return unknown.startsWith('--') ? `unknown flag: ${unknown}` : `unknown shorthand flag: '${unknown.slice(1)}' in ${unknown}`
  return error.message
}
