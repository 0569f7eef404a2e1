// Names of our own keys, which KrakenD ignores: all begin with `_gw/`. Knows none of them.

const PREFIX = '_gw/'

export function isOwnNamespace(namespace: string): boolean {
  return namespace.startsWith(PREFIX)
}

/** Whether a path of the file leads into a block of ours: what is wrong there is never let pass. */
export function isInOwnBlock(path: readonly (string | number)[]): boolean {
  return path.some((step, index) => typeof step === 'string' && isOwnNamespace(step) && path[index - 1] === 'extra_config')
}

/** A block of ours that is `false` or null counts as absent, whatever it takes otherwise. */
export function isSwitchedOff(namespace: string, block: unknown): boolean {
  return isOwnNamespace(namespace) && (block === false || block === null)
}
