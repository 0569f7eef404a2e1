// The blocks that endpoints and backends have of their own.

import { block } from '../../../engine/compile/component.ts'
import { NAMESPACE, placeOptions } from './options.ts'

const BLOCK = { namespace: NAMESPACE, options: placeOptions, reading: 'struct', whenInvalid: 'default' } as const

export const endpointBlock = block(BLOCK)
export const backendBlock = block(BLOCK)
