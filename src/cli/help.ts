// `krakend help` and `-h`: what there is to say to the command.

import { VERSION } from '../runtime/process.ts'
import { UsageError } from './arguments.ts'

interface Page {
  readonly summary: string
  readonly aliases?: string
  readonly example: string
  readonly flags: readonly (readonly [flag: string, text: string])[]
}

const HELP_FLAG = ['-h, --help', 'show this help'] as const
const FILE_FLAG = ['-c, --config string', 'path to the configuration file'] as const
const STRICT_FLAG = ['    --strict', 'refuse a file in which a protection is misconfigured'] as const
const EDITION_FLAG = ['    --edition string', 'with "ce", ignore Enterprise protections instead of refusing the file'] as const

const PAGES: Readonly<Record<string, Page>> = {
  audit: {
    summary: 'Says what a configuration file could do better',
    example: 'krakend audit -i 1.1.1,1.1.2 -s CRITICAL -c krakend.json',
    flags: [
      FILE_FLAG,
      ['-f, --format string', 'Go template of the report, such as "{{ marshal . }}"'],
      ['-i, --ignore string', 'rules to leave out, comma-separated'],
      ['-I, --ignore-file string', 'path to a file of rules to leave out, one a line'],
      ['-s, --severity string', 'severities to report (default CRITICAL,HIGH,MEDIUM,LOW)'],
      HELP_FLAG,
    ],
  },
  check: {
    summary: 'Checks a configuration file',
    aliases: 'check, validate',
    example: 'krakend check -t -c krakend.json',
    flags: [
      FILE_FLAG,
      ['-d, --debug count', 'show what was read; -dd and -ddd show more'],
      ['-i, --indent string', 'indentation of what -d shows (default TAB)'],
      ['-t, --test-gin-routes', 'also build the routes and find those that conflict'],
      STRICT_FLAG,
      EDITION_FLAG,
      HELP_FLAG,
    ],
  },
  help: { summary: 'Shows the help of a command', example: 'krakend help run', flags: [HELP_FLAG] },
  run: {
    summary: 'Serves a configuration file',
    example: 'krakend run -c krakend.json',
    flags: [
      FILE_FLAG,
      ['-d, --debug count', 'serve /__debug/'],
      ['-p, --port int', "listen on this port instead of the file's"],
      ['    --workers string', 'threads that serve: a number, or "auto" for one per core (default 1)'],
      STRICT_FLAG,
      EDITION_FLAG,
      HELP_FLAG,
    ],
  },
  version: { summary: 'Shows the versions of the gateway and of Node.js', example: 'krakend version', flags: [HELP_FLAG] },
}

export function execute(args: readonly string[]): number {
  const [name] = args
  if (name === undefined) process.stdout.write(overview())
  else process.stdout.write(pageOf(name === 'validate' ? 'check' : name))
  return 0
}

function title(): string {
  return `krakend-ts, a KrakenD-compatible API gateway\n\nVersion: ${VERSION}\n\n`
}

function overview(): string {
  const commands = Object.entries(PAGES).map(([name, { summary }]) => `  ${name.padEnd(9)} ${summary}`)
  return `${title()}Usage:
  krakend [command]

Available Commands:
${commands.join('\n')}

Flags:
  -h, --help   show this help

Use "krakend [command] --help" for more about a command.
`
}

function pageOf(name: string): string {
  const page = Object.hasOwn(PAGES, name) ? PAGES[name] : undefined
  if (page === undefined) throw new UsageError(`unknown help topic "${name}"`, "Run 'krakend help' for the commands.")
  const flags = page.flags.map(([flag, text]) => `  ${flag.padEnd(24)} ${text}`)
  const aliases = page.aliases === undefined ? '' : `Aliases:\n  ${page.aliases}\n\n`
  return `${title()}${page.summary}.

Usage:
  krakend ${name} [flags]

${aliases}Examples:
  ${page.example}

Flags:
${flags.join('\n')}
`
}
