// For tests: one process that runs command lines one after the other, each as a new process would, but for the start of Node.js.
// What a command writes goes to the test at once: a module that ends the process takes nothing with it.

import { main } from './main.ts'

/** A command line, as the test sends it. */
export interface CommandLine {
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** What the test gets for it: pieces of what is written, in their order, and last the exit code. */
export type Told = { readonly stream: 'stdout' | 'stderr'; readonly text: string } | { readonly exit: number }

for (const name of ['stdout', 'stderr'] as const) {
  process[name].write = (chunk: string | Uint8Array): boolean => {
    tell({ stream: name, text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString() })
    return true
  }
}

process.on('message', ({ args, cwd, env }: CommandLine) => {
  process.chdir(cwd)
  process.env = env
  void main(args).then((exit) => tell({ exit }))
})

function tell(told: Told): void {
  process.send?.(told)
}
