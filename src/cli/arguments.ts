// Reads a command's flags, short and long, as KrakenD's users write them: by the rules of Go's pflag.

export interface Flag {
  /** A `list` is a text that may be given several times. */
  readonly type: 'string' | 'boolean' | 'list'
  readonly short?: string
  /** What it does, in a line. */
  readonly about: string
  /** What its value is called in the help; `count` for a boolean that is counted. */
  readonly value?: string
  /** The values that it may have, for the help and for completion. */
  readonly values?: readonly string[]
  /** Its value is a path: shells complete files. */
  readonly isFile?: boolean
}

export type Flags = Readonly<Record<string, Flag>>

/** A command line that cannot be understood. */
export class UsageError extends Error {
  /** Where to look; null for the usage of the command itself. */
  readonly hint: string | null

  constructor(message: string, hint: string | null = null) {
    super(message)
    this.hint = hint
  }
}

export type FlagValues<F extends Flags> = {
  -readonly [K in keyof F]: FlagValue<F[K]['type']>
}

type FlagValue<T extends Flag['type']> = T extends 'string' ? string | undefined : T extends 'list' ? readonly string[] : number

export interface Arguments<F extends Flags> {
  /** Texts, lists of them, and for booleans how often they were given. */
  readonly flags: FlagValues<F>
  /** What is no flag, in order. */
  readonly words: readonly string[]
}

/** Values by flag name. Throws a UsageError. */
export function readArguments<F extends Flags>(args: readonly string[], flags: F): Arguments<F> {
  return new ArgumentReader(args, flags).read() as Arguments<F>
}

const COUNTS: Readonly<Record<string, number>> = { true: 1, t: 1, false: 0, f: 0 }

type AnyValue = string | number | readonly string[] | undefined

/** What a flag says that is not there. */
const ABSENT: Readonly<Record<Flag['type'], AnyValue>> = { string: undefined, boolean: 0, list: [] }

class ArgumentReader {
  readonly #args: string[]
  readonly #flags: Flags
  readonly #values: Record<string, AnyValue>
  readonly #words: string[] = []

  constructor(args: readonly string[], flags: Flags) {
    this.#args = [...args]
    this.#flags = flags
    this.#values = Object.fromEntries(Object.entries(flags).map(([name, { type }]) => [name, ABSENT[type]]))
  }

  read(): { flags: Record<string, AnyValue>; words: readonly string[] } {
    for (let arg = this.#args.shift(); arg !== undefined; arg = this.#args.shift()) {
      if (arg === '--') {
        this.#words.push(...this.#args)
        break
      }
      if (arg.startsWith('--')) this.#long(arg)
      else if (arg.startsWith('-') && arg.length > 1) this.#short(arg)
      else this.#words.push(arg)
    }
    return { flags: this.#values, words: this.#words }
  }

  /** `--config FILE`, `--config=FILE`, `--debug`, `--debug=2`. */
  #long(arg: string): void {
    const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(arg) ?? []
    const flag = Object.hasOwn(this.#flags, name) ? this.#flags[name] : undefined
    if (flag === undefined) this.#fail(`unknown flag: --${name}`)
    else if (flag.type === 'boolean') this.#count(name, value, `--${name}`)
    else this.#set(name, flag, value ?? this.#args.shift() ?? this.#fail(`flag needs an argument: --${name}`))
  }

  /** `-c FILE`, `-cFILE`, `-c=FILE`, `-tlc FILE`, `-ddd`, `-d=2`. */
  #short(arg: string): void {
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at] as string
      const rest = arg.slice(at + 1)
      const [name, flag] = Object.entries(this.#flags).find(([, { short }]) => short === letter) ?? []
      if (name === undefined || flag === undefined) return this.#fail(`unknown shorthand flag: '${letter}' in ${arg}`)
      if (flag.type === 'boolean' && !rest.startsWith('=')) this.#count(name, undefined, `-${letter}`)
      else if (flag.type === 'boolean') return this.#count(name, rest.slice(1), `-${letter}`)
      else {
        const value = rest === '' ? this.#args.shift() : rest.replace(/^=/, '')
        return this.#set(name, flag, value ?? this.#fail(`flag needs an argument: '${letter}' in ${arg}`))
      }
    }
  }

  #set(name: string, { type }: Flag, value: string): void {
    this.#values[name] = type === 'list' ? [...(this.#values[name] as readonly string[]), value] : value
  }

  #count(name: string, text: string | undefined, written: string): void {
    const count =
      text === undefined ? 1 + Number(this.#values[name]) : (COUNTS[text.toLowerCase()] ?? Number(text === '' ? Number.NaN : text))
    if (!Number.isInteger(count) || count < 0)
      this.#fail(`invalid argument "${text}" for "${written}" flag: it must be true, false or a number`)
    this.#values[name] = count
  }

  #fail(message: string): never {
    throw new UsageError(message)
  }
}
