// What calls are built of and decided by beside what is forwarded: it tells requests apart for an automatic key.

import type { BackendConfig, ExtraConfig } from '../../../config/types.ts'
import { PIPE_PLUGIN_BLOCKS } from '../../../engine/ports.ts'
import type { Body, Exchange } from '../../../engine/types.ts'
import { usedNames } from '../used-names.ts'
import { MAX_READ_BODY_BYTES, sourceOf } from '../values.ts'

type Blocks = Pick<ExtraConfig, 'has'>

/** Blocks inside of a backend's cache that see parameters, in its path or not. */
const SEE_PARAMS = [
  'validation/cel',
  'modifier/lua-backend',
  'backend/graphql',
  'backend/lambda',
  'backend/amqp/producer',
  ...PIPE_PLUGIN_BLOCKS,
]
/** Blocks inside of a cache that see all claims. */
const SEE_CLAIMS = ['validation/cel', ...PIPE_PLUGIN_BLOCKS]
/** Of the client, and in no part of its request that is forwarded; the body is counted as a whole. */
const OF_CLIENTS = /^(?:client_ip$|(?:input_headers|input_query_strings|JWT)\.)/
const NO_NAMES = { params: new Map(), steps: null, hasItem: false } as const

export function seesParams(blocks: Blocks): boolean {
  return SEE_PARAMS.some((namespace) => blocks.has(namespace))
}

export function seesClaims(blocks: Blocks): boolean {
  return SEE_CLAIMS.some((namespace) => blocks.has(namespace))
}

/** security: what calls are built of is seen by backends, forwarded or not. Null where nothing is. */
export function compileInputs(backends: readonly BackendConfig[]): ((exchange: Exchange) => [string, string][]) | null {
  const names = new Set(backends.flatMap(usedNames))
  const sources = [...names].flatMap((name) => {
    const source = OF_CLIENTS.test(name) ? sourceOf(name, NO_NAMES) : ''
    return typeof source === 'string' ? [] : [{ name, find: source.list ?? source.find }]
  })
  if (sources.length === 0) return null
  return function readInputs(exchange) {
    const subject = { request: exchange, scope: exchange.scope, exchange, body: null }
    return sources.map(({ name, find }) => [name, JSON.stringify(find(subject) ?? null)])
  }
}

/** Whether a body is too large to tell requests apart. */
export function isTooLarge({ length }: Body): boolean {
  return length !== null && length > MAX_READ_BODY_BYTES
}

/** security: backends see a body, whatever the method. Rejects with 413 for one that turns out to be too large. */
export async function readBody(body: Body): Promise<[string, string]> {
  return ['body', (await body.bytes(MAX_READ_BODY_BYTES)).toString('base64')]
}
