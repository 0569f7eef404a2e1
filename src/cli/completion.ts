// `krakend completion`: what a shell needs to complete commands, flags and their values, made from what the commands declare.

import { UsageError } from './arguments.ts'
import { command, type Command } from './command.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

/** `commands` are those that there are. */
export function completionOf(commands: () => Promise<readonly Command[]>): Command {
  return command({
    name: 'completion',
    about: 'Prints what a shell needs to complete commands and flags',
    usage: SHELLS.join('|'),
    details: `bash, in ~/.bashrc:                       source <(krakend completion bash)
zsh, in a folder of $fpath:               krakend completion zsh > "\${fpath[1]}/_krakend"
fish:                                     krakend completion fish > ~/.config/fish/completions/krakend.fish`,
    examples: ['source <(krakend completion bash)   # try it in this shell'],
    flags: {},
    words: SHELLS,
    maxWords: () => 1,
    exits: { 0: 'it is printed', 255: 'there is no such shell' },
    async execute({ words: [word] }) {
      const shell = SHELLS.find((known) => known === word)
      if (shell === undefined) throw new UsageError(`say which shell: ${SHELLS.join(', ')}`)
      const { scriptFor } = await import('./completion-scripts.ts')
      process.stdout.write(scriptFor[shell satisfies Shell](await commands()))
      return 0
    },
  })
}
