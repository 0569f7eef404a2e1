// `test-plugin`: whether a plugin's `setup` gives something that can stand at a place of some kind, tried where nothing else is.

import { asError } from '../engine/errors.ts'
import type { Kind, LoadedPlugin } from '../plugins/loaded.ts'
import { openChain } from './plugin-chain.ts'
import { mockCall, mockFetch, Surprises } from './plugin-mocks.ts'
import { blockOf, sitePlugin } from './plugin-place.ts'

const LABEL = /^(?:\[[^\]]*\])+ /

/** Calls `setup` with `{}`. Null when it gives a handler, a pair or null; else what went wrong. */
export async function trySetup(plugin: LoadedPlugin, kind: Kind): Promise<string | null> {
  const surprises = new Surprises()
  const means = { dialect: 3, environment: {}, call: mockCall({}, [], surprises), transport: mockFetch({}, [], surprises) } as const
  const endpoint = ['', 'test', ...plugin.params.map((name) => `{${name}}`)].join('/')
  const site = await sitePlugin(kind, [plugin], { endpoint }, means)
  try {
    await openChain(kind, blockOf(kind, plugin.name, {}, means.dialect), site)
    surprises.check()
    return null
  } catch (error) {
    return asError(error).message.replace(LABEL, '')
  } finally {
    await site.retire()
  }
}
