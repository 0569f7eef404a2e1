// `krakend help` and `-h`: what the commands say about themselves.

import { VERSION } from '../runtime/process.ts'
import { UsageError, type Flag } from './arguments.ts'
import { command, type Command } from './command.ts'

type Commands = Readonly<Record<string, () => Promise<Command>>>
/** The command of a line; throws a UsageError. */
type Find = (args: readonly string[]) => Promise<{ readonly command: Command }>

/** The command that shows the others. */
export function helpOn(commands: Commands, find: Find): Command {
  return command({
    name: 'help',
    about: 'Shows the help of a command',
    usage: '[command]',
    words: 'commands',
    examples: ['krakend help run'],
    flags: {},
    exits: { 0: 'always', 255: 'there is no such command' },
    async execute({ words: [name] }) {
      process.stdout.write(name === undefined ? await overview(commands) : await pageNamed(name, find))
      return 0
    },
  })
}

async function pageNamed(name: string, find: Find): Promise<string> {
  try {
    return helpOf((await find([name])).command)
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`unknown help topic "${name}"`, "Run 'krakend help' for the commands.")
    throw error
  }
}

function title(): string {
  return `krakend-ts, a KrakenD-compatible API gateway\n\nVersion: ${VERSION}\n\n`
}

async function overview(commands: Commands): Promise<string> {
  return `${title()}${await usageOfAll(commands)}`
}

/** What a line with an unknown flag and without a command is shown. */
export async function usageOfAll(all: Commands): Promise<string> {
  const commands = await Promise.all(Object.values(all).map((load) => load()))
  const width = Math.max(...commands.map(({ name }) => name.length))
  return `Usage:
  krakend [command]

Available Commands:
${commands.map(({ name, about }) => `  ${name.padEnd(width)} ${about}`).join('\n')}

Flags:
  -h, --help      show this help
  -v, --version   show the versions

Use "krakend [command] --help" for more about a command.
`
}

/** The page of one command. */
export function helpOf(command: Command): string {
  const { about, details, exits } = command
  return `${title()}${about}.
${details === undefined ? '' : `\n${details.trim()}\n`}
${usageOf(command)}
Exit codes:
${Object.entries(exits)
  .map(([code, text]) => `  ${code.padEnd(3)} ${text}`)
  .join('\n')}
`
}

/** How it is called: what a line that cannot be understood is shown. */
export function usageOf({ name, aliases = [], usage = '[flags]', examples, flags }: Command): string {
  const rows = [...Object.entries(flags).map(([flag, declared]) => rowOf(flag, declared)), ['-h, --help', 'show this help'] as const]
  const width = Math.max(...rows.map(([flag]) => flag.length)) + 3
  const names = aliases.length === 0 ? '' : `Aliases:\n  ${[name, ...aliases].join(', ')}\n\n`
  return `Usage:
  krakend ${name} ${usage}

${names}Examples:
${alignRemarks(examples).join('\n')}

Flags:
${rows.map(([flag, text]) => `  ${flag.padEnd(width)}${text}`).join('\n')}
`
}

/** Examples with what each is good for in one column. */
function alignRemarks(examples: readonly string[]): string[] {
  const parts = examples.map((example) => example.split(/ {2,}(?=#)/))
  const width = Math.max(...parts.map(([line = '', remark]) => (remark === undefined ? 0 : line.length)))
  return parts.map(([line = '', remark]) => (remark === undefined ? `  ${line}` : `  ${line.padEnd(width)}   ${remark}`))
}

function rowOf(name: string, { type, short, about, value, values, isFile }: Flag): readonly [string, string] {
  const kind = value ?? values?.join('|') ?? (isFile === true ? 'file' : type === 'boolean' ? '' : 'string')
  return [`${short === undefined ? '    ' : `-${short}, `}--${name}${kind === '' ? '' : ` ${kind}`}`, about]
}
