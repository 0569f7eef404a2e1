// The parameters that an endpoint has by its `_gw/route`: what url_patterns may name. The block itself is the router's business.

import { isObject } from '../json/types.ts'
import type { ExtraConfig } from './types.ts'

const PARAM = /\{([a-zA-Z\-_0-9]+)\*?\}/g

/** Sorted, each once; null without such a block. A block that is wrong is told where it is read. */
export function routeParamsOf(extraConfig: ExtraConfig, writtenPath: string): string[] | null {
  const block = extraConfig.get('_gw/route')
  if (!isObject(block)) return null
  const { path, hosts } = block
  const own = typeof path === 'string' && path !== '' ? path : writtenPath
  const texts = [own, ...(Array.isArray(hosts) ? hosts : [])].filter((text) => typeof text === 'string')
  return [...new Set(texts.flatMap((text) => Array.from(text.matchAll(PARAM), ([, name = '']) => name)))].sort()
}
