// Ports that a file opens twice: whoever comes second does not get one.

import type { TSchema } from 'typebox'
import type { ExtraConfig, GatewayConfig } from '../../config/types.ts'
import { isAnyAddress } from '../../go/host-port.ts'
import { formatPath, type Issue, type IssuePath } from '../../schema/issue.ts'
import { readOptions } from '../../schema/read-options.ts'
import type { AnyBlock } from './component.ts'
import type { DeclaredBlock } from './order.ts'

/** A TCP port that a block of the service opens. */
export interface OpenedPort {
  /** Interface; `isAnyAddress` for all of them. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Where that stands, in the `extra_config` of the service. */
  readonly path: IssuePath
}

export function findTakenPorts(config: GatewayConfig, declared: readonly DeclaredBlock[]): Issue[] {
  const { port, listenIp: host } = config.server
  const gateway = { host, port, path: ['port'] }
  const opened: OpenedPort[] = [gateway]
  const issues: Issue[] = []
  for (const { path, ...place } of portsOf(config.extraConfig, declared)) {
    const own = { ...place, path: ['extra_config', ...path] }
    const first = opened.find((other) => collide(own, other))
    opened.push(own)
    if (first === undefined) continue
    const message = `port ${own.port} is opened twice: ${first === gateway ? 'the endpoints are served there' : `"${formatPath(first.path)}" opens it as well`}`
    const about = { severity: 'warning', code: 'port-taken', path: own.path, message, hint: 'give it a port of its own' } as const
    issues.push(
      first === gateway
        ? { ...about, effect: 'the gateway does not start', fails: 'start' }
        : { ...about, effect: 'only one of them gets it' },
    )
  }
  return issues
}

function portsOf(blocks: ExtraConfig, declared: readonly DeclaredBlock[]): OpenedPort[] {
  // A service and the part of the process beside it declare the same block.
  const openers = new Map(
    declared.filter(({ levels }) => levels.includes('service')).map(({ declaration }) => [declaration.namespace, declaration]),
  )
  return [...openers.values()].flatMap((declaration) => {
    const { extras } = declaration
    const options = valueOf(declaration, blocks)
    if (options === null) return []
    return declaration.opens?.(options, extras === undefined ? null : valueOf(extras, blocks)) ?? []
  })
}

function valueOf(
  { namespace, options, reading }: Pick<AnyBlock, 'namespace' | 'reading'> & { readonly options: TSchema },
  blocks: ExtraConfig,
): unknown {
  return blocks.has(namespace) ? readOptions(options, blocks.get(namespace), reading).value : null
}

function collide(one: OpenedPort, other: OpenedPort): boolean {
  return one.port !== 0 && one.port === other.port && (one.host === other.host || isAnyAddress(one.host) || isAnyAddress(other.host))
}
