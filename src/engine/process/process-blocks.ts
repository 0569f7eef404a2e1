// Blocks of the service about the process itself: how many workers serve, whether files are watched, how a stop begins. KrakenD has none of them.

import type { ExtraConfig } from '../../config/types.ts'
import { parseDurationMs } from '../../go/duration.ts'
import { errorIssue, type Issue } from '../../schema/issue.ts'
import { Type } from '../../schema/type.ts'
import { block } from '../compile/component.ts'
import { optionsOf } from '../compile/read-block.ts'

export const MAX_WORKERS = 256

export const workersBlock = block({
  namespace: '_gw/workers',
  whenInvalid: 'stop',
  options: Type.Union([Type.Integer(), Type.Literal('auto')], {
    default: 1,
    description:
      'Threads that serve: a number from 1 to 256, or `auto` for as many as the container may use cores. `--workers` counts more.',
  }),
  check(workers) {
    if (workers === 'auto' || isCount(workers)) return []
    return [errorIssue('wrong-type', [], `must be "auto" or a number from 1 to ${MAX_WORKERS}`)]
  },
})

export const reloadBlock = block({
  namespace: '_gw/reload',
  whenInvalid: 'stop',
  options: Type.Object({
    watch: Type.Boolean({
      default: false,
      description: 'A change of any file that the configuration was made from is a reload, as with SIGHUP.',
    }),
  }),
})

export const shutdownBlock = block({
  namespace: '_gw/shutdown',
  whenInvalid: 'stop',
  options: Type.Object({
    delay: Type.String({
      default: '0s',
      description:
        'Time for which the port stays open after SIGTERM, until nobody sends requests here any more. The health check answers 503 meanwhile.',
    }),
  }),
  check({ delay }): Issue[] {
    if ((parseDurationMs(delay) ?? -1) >= 0) return []
    return [errorIssue('wrong-type', ['delay'], `"${delay}" is no duration such as "5s"`)]
  },
})

function isCount(workers: number | null): workers is number {
  return workers !== null && workers >= 1 && workers <= MAX_WORKERS
}

/** What the blocks of a service say about its process. */
export interface ProcessSettings {
  /** `auto`: one for each core. */
  readonly workers: number | 'auto'
  readonly watchesFiles: boolean
  readonly stopDelayMs: number
}

/** Defaults stand in the place of what nobody can read; the mistakes were told when the file was checked. */
export function processSettings(blocks: ExtraConfig): ProcessSettings {
  const isWritten = blocks.has(workersBlock.namespace)
  const written = isWritten ? (optionsOf(workersBlock, blocks) as number | 'auto' | null) : 1
  return {
    workers: written === 'auto' || isCount(written) ? written : 1,
    watchesFiles: optionsOf(reloadBlock, blocks).watch,
    stopDelayMs: Math.max(0, parseDurationMs(optionsOf(shutdownBlock, blocks).delay) ?? 0),
  }
}
