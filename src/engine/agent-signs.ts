// When each async agent was at work last: written where its messages come in, read by whichever worker answers `/__health`.

import type { AgentConfig } from '../config/types.ts'
import type { SharedMemory } from './compile/shared-memory.ts'

/** The last sign of life of one agent. */
export interface AgentSign {
  /** `nowMs`: milliseconds since 1970. */
  set(nowMs: number): void
  /** Null before the first. */
  last(): Date | null
}

/** The sign of the agent of that name, the same in all workers and after a reload. */
export function openAgentSign(name: string, shared: SharedMemory): AgentSign {
  const cell = new BigInt64Array(shared.buffer(`agent ${name}`, 8))
  return {
    set(nowMs) {
      Atomics.store(cell, 0, BigInt(Math.trunc(nowMs)))
    },
    last() {
      const ms = Number(Atomics.load(cell, 0))
      return ms === 0 ? null : new Date(ms)
    },
  }
}

/** All agents of a configuration that have been at work; those that never were are not there. */
export function readAgentSigns(agents: readonly AgentConfig[], shared: SharedMemory): () => Record<string, Date> {
  const signs = agents.map(({ name }) => ({ name, sign: openAgentSign(name, shared) }))
  return () =>
    Object.fromEntries(
      signs.flatMap(({ name, sign }) => {
        const last = sign.last()
        return last === null ? [] : [[name, last] as const]
      }),
    )
}

/** `[SERVICE: AsyncAgent][name]`: how lines of the log about an agent begin. */
export function labelOfAgent({ name }: AgentConfig): string {
  return `[SERVICE: AsyncAgent][${name}]`
}
