// Completion scripts for bash, zsh and fish. Knows commands by what they declare.

import type { Flag } from './arguments.ts'
import type { Command } from './command.ts'

type Script = (commands: readonly Command[]) => string

const HELP: Flag = { type: 'boolean', short: 'h', about: 'show this help' }

function flagsOf({ flags }: Command): [string, Flag][] {
  return [...Object.entries(flags), ['help', HELP]]
}

function namesOf({ name, aliases = [] }: Command): string[] {
  return [name, ...aliases]
}

/** The words behind the flags; null for files. */
function wordsOf({ words, flags }: Command, all: readonly Command[]): readonly string[] | null {
  if (words === 'commands') return all.map(({ name }) => name)
  if (Array.isArray(words)) return words as readonly string[]
  // a command that takes a file with -c takes it as a word, too
  return words === 'files' || 'config' in flags ? null : []
}

const bash: Script = (commands) => {
  const cases = commands.map((one) => {
    const flags = flagsOf(one).flatMap(([name, { short }]) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])])
    const values = flagsOf(one)
      .filter(([, { values }]) => values !== undefined)
      .map(
        ([name, { values, short }]) =>
          `        ${pattern(name, short)}) COMPREPLY=($(compgen -W '${values?.join(' ')}' -- "$word")); return ;;`,
      )
    const files = flagsOf(one).filter(([, { isFile }]) => isFile === true)
    const paths =
      files.length === 0
        ? []
        : [`        ${files.map(([name, { short }]) => pattern(name, short)).join('|')}) COMPREPLY=($(compgen -f -- "$word")); return ;;`]
    const words = wordsOf(one, commands)
    const rest = words === null ? `COMPREPLY=($(compgen -f -- "$word"))` : `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$word"))`
    const previous = [...values, ...paths]
    return `    ${namesOf(one).join('|')})
${previous.length === 0 ? '' : `      case $previous in\n${previous.join('\n')}\n      esac\n`}      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W '${flags.join(' ')}' -- "$word")); else ${rest}; fi
      ;;`
  })
  return `# bash completion of krakend: source <(krakend completion bash)
_krakend() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command='' candidate
  for candidate in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $candidate != -* ]] && { command=$candidate; break; }
  done
  compopt -o filenames 2>/dev/null
  case $command in
${cases.join('\n')}
    *) compopt +o filenames 2>/dev/null; COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} --help --version' -- "$word")) ;;
  esac
}
complete -F _krakend krakend
`
}

function pattern(name: string, short: string | undefined): string {
  return short === undefined ? `--${name}` : `--${name}|-${short}`
}

const zsh: Script = (commands) => {
  const listed = commands.map(({ name, about }) => `    ${quote(`${name}:${about.replaceAll(':', '\\:')}`)}`)
  const cases = commands.map((one) => {
    const args = flagsOf(one).map(([name, flag]) => `      ${quote(zshFlag(name, flag))}`)
    const words = wordsOf(one, commands)
    const rest = words === null ? quote('*:file:_files') : words.length === 0 ? null : quote(`1:word:(${words.join(' ')})`)
    return `    ${namesOf(one).join('|')})
      _arguments -s \\
${[...args, ...(rest === null ? [] : [`      ${rest}`])].join(' \\\n')}
      ;;`
  })
  return `#compdef krakend
# zsh completion of krakend: krakend completion zsh > "\${fpath[1]}/_krakend"
_krakend() {
  local -a commands
  commands=(
${listed.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _krakend ]; then _krakend "$@"; else compdef _krakend krakend; fi
`
}

function zshFlag(name: string, { short, about, type, values, isFile }: Flag): string {
  const text = about.replaceAll(/[[\]:]/g, String.raw`\$&`)
  const action = type === 'boolean' ? '' : `:value:${values !== undefined ? `(${values.join(' ')})` : isFile === true ? '_files' : ''}`
  const many = type === 'list' ? '*' : ''
  // zsh's own words: either of both, once
  return short === undefined || many !== '' ? `${many}--${name}[${text}]${action}` : `(-${short} --${name})-${short}[${text}]${action}`
}

const fish: Script = (commands) => {
  const isCommand = commands.map((one) => `complete -c krakend -n __fish_use_subcommand -f -a ${one.name} -d ${quote(one.about)}`)
  const flags = commands.flatMap((one) => {
    const condition = `-n '__fish_seen_subcommand_from ${namesOf(one).join(' ')}'`
    const words = wordsOf(one, commands)
    const rest = words === null ? [] : [`complete -c krakend ${condition} -f${words.length === 0 ? '' : ` -a ${quote(words.join(' '))}`}`]
    return [
      ...rest,
      ...flagsOf(one).map(([name, { short, about, type, values, isFile }]) => {
        const letter = short === undefined ? '' : ` -s ${short}`
        const value =
          type === 'boolean' ? '' : values !== undefined ? ` -x -a ${quote(values.join(' '))}` : isFile === true ? ' -r -F' : ' -x'
        return `complete -c krakend ${condition} -l ${name}${letter}${value} -d ${quote(about)}`
      }),
    ]
  })
  return `# fish completion of krakend: krakend completion fish > ~/.config/fish/completions/krakend.fish\n${[...isCommand, ...flags].join('\n')}\n`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

export const scriptFor: Readonly<Record<'bash' | 'zsh' | 'fish', Script>> = { bash, zsh, fish }
