// Errors that nobody caught and nobody waited for, in a thread that has plugins: whose they are, by their stack.

import { splitStack } from '../engine/errors.ts'
import { describePluginError } from '../plugins/plugin-error.ts'

const OWN_FILES = new URL('../', import.meta.url).href
const FILE = /(?:file:\/\/\/|[( ]\/|[( ][A-Za-z]:\\)[^()]*:\d+:\d+/
const PACKAGES = /[/\\]node_modules[/\\]/

/** Where the code that runs now was called from, outside of the gateway: `plugins/a.ts:12:9`; null for its own. */
export function findForeignCaller(): string | null {
  return /\((\S+:\d+:\d+)\)$/.exec(describePluginError(new Error('')).text)?.[1] ?? null
}

/** Whether it comes from a plugin, or from what a plugin uses: the gateway throws nothing but errors, and its own files stand in their stacks. */
export function isForeign(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return true
  const [, frames] = splitStack(thrown.stack ?? '', thrown.message)
  const places = frames.filter((frame) => FILE.test(frame))
  const others = places.filter((frame) => !frame.includes(OWN_FILES))
  return others.some((frame) => !PACKAGES.test(frame)) || others.length === places.length
}
