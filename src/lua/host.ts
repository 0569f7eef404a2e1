// What a script reaches outside of itself goes through this. Knows nothing of the language.

import { writeSync } from 'node:fs'

export interface Host {
  /** Lua's `print` and `io.write`: bytes as Latin-1 text. */
  write(text: string): void
  /** `os.getenv`, and `LUA_PATH` for `require`. */
  getEnvironment(name: string): string | undefined
  /** Milliseconds since 1970, for `os.time` and `os.date`. */
  now(): number
  /** `os.setenv`; absent: scripts cannot set. */
  setEnvironment?(name: string, value: string): void
  /**
   * `os.execute` and `io.popen`: runs a shell command to its end and gives its exit status and, with `capture`, what it wrote (bytes).
   * Absent: scripts start no programs.
   */
  execute?(command: string, init: { readonly capture: boolean; readonly input?: Uint8Array }): { status: number; output: string }
  /** `os.exit`; absent: it ends the script only. */
  exit?(code: number): void
}

/** Writes to the standard output; has no environment. */
export const BARE_HOST: Host = {
  write: (text) => writeSync(1, Buffer.from(text, 'latin1')),
  getEnvironment: () => undefined,
  now: () => Date.now(),
}
