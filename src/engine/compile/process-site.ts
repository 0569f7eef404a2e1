// What parts see that run once per process: no request, no place of a file.

import type { AgentConfig } from '../../config/types.ts'
import type { Scope } from '../scope.ts'
import type { Site, SiteBase } from './site.ts'

/** What a part sees that runs once per process. */
export interface ProcessSite extends SiteBase {
  readonly process: ProcessFacts
}

/** What a process is, for those who report on it. */
export interface ProcessFacts {
  /** The program and its arguments. */
  readonly commandLine: readonly string[]
  /** Memory that it has now. */
  readonly residentBytes: () => number
}

/** What the driver of an async agent sees. */
export interface AgentSite extends ProcessSite {
  readonly agent: AgentConfig
  /** Runs the agent's pipe for the body of a message, within the agent's timeout; resolves when all of it succeeded, rejects with what did not. */
  readonly handle: (message: Buffer, scope: Scope) => Promise<void>
  /** Everything that the services of the agent's gateway offer under a port. */
  readonly ask: Site['ask']
  /** Tells that the agent is at work: `/__health` shows when it did last. */
  readonly ping: () => void
}
