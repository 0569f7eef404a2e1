// Compiles the pipe of one async agent: the layers of `proxy` and what stands below, as for an endpoint, and nothing around them.

import { labelOfAgent } from '../agent-signs.ts'
import type { AgentConfig } from '../../config/types.ts'
import { bodyOf, discardBody } from '../body.ts'
import { CallTable } from '../endpoint/call.ts'
import { HeaderMap } from '../headers.ts'
import { compilePipe } from '../pipe/pipe.ts'
import type { PipeRequest } from '../types.ts'
import { type CompileInit, preparePipes } from './compile.ts'
import { buildServices } from './layers.ts'
import type { AgentSite } from './process-site.ts'
import type { PipePlace } from './site.ts'

/** An agent's pipe that is ready for messages. */
export interface CompiledAgent {
  readonly handle: AgentSite['handle']
  readonly ask: AgentSite['ask']
  /** Files that were read on the way: another content of one of them is another pipe. */
  readonly files: ReadonlySet<string>
  /** Releases what its components hold. Call it when the last message has been handled. */
  readonly retire: () => Promise<void>
}

/** Resolves when it may be given messages. Rejects with a ConfigError when it cannot be built. */
export async function compileAgent(agent: AgentConfig, init: CompileInit): Promise<CompiledAgent> {
  const { sites, pipeInit } = preparePipes(init, new CallTable().call)
  const { config, order, log } = init
  try {
    const service = sites.service('[SERVICE: AsyncAgent]')
    await buildServices(order.services, config.extraConfig, service)
    const pipe = await compilePipe(placeOfAgent(agent), pipeInit)
    await sites.ready()
    return {
      files: sites.files,
      retire: () => sites.retire(),
      ask: (port) => service.ask(port),
      async handle(message, scope) {
        const own = scope.child(agent.timeoutMs)
        try {
          const response = await pipe(requestOf(message), own)
          discardBody(response.body)
          // A partial merge: what is missing has not been done.
          if (response.error !== null) throw response.error
        } finally {
          own.close()
        }
      },
    }
  } catch (error) {
    await sites.retire().catch((failure: unknown) => log.error(String(failure)))
    throw error
  }
}

function placeOfAgent(agent: AgentConfig): PipePlace {
  const { name, timeoutMs, backends, extraConfig } = agent
  return { label: labelOfAgent(agent), id: `AGENT ${name}`, name, timeoutMs, backends, extraConfig, endpoint: null }
}

/** compat: the body and nothing else; method and path are those of each backend. */
function requestOf(message: Buffer): PipeRequest {
  return { method: '', origin: '', path: '', params: new Map(), query: new Map(), headers: new HeaderMap(), body: bodyOf(message) }
}
