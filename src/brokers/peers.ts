// The packages that speak to brokers and clouds: installed by whoever needs one, loaded only where it is configured.

import { ConfigError } from '../engine/compile/component.ts'
import { certainIssue, type Issue } from '../schema/issue.ts'

/** Each with the version that it was tested with: the optional peers of package.json. */
export const PEERS = {
  amqplib: '2.3.1',
  '@nats-io/jetstream': '3.4.0',
  '@nats-io/transport-node': '3.4.0',
  '@platformatic/kafka': '2.12.1',
  '@aws-sdk/client-lambda': '3.1164.0',
  '@aws-sdk/client-sqs': '3.1175.0',
  '@aws-sdk/client-sns': '3.1169.0',
  '@google-cloud/pubsub': '6.3.0',
  '@azure/service-bus': '7.9.5',
} as const

export type Peer = keyof typeof PEERS

/** What `import.meta.resolve` does; tests have their own. */
type Resolve = (name: string) => string

const resolvePeer: Resolve = (name) => import.meta.resolve(name)

/** One finding, at the top of a block, where the package that the block needs is not there. */
export function checkPeer(name: Peer, resolve: Resolve = resolvePeer): Issue[] {
  if (isInstalled(name, resolve)) return []
  return [certainIssue('start', 'missing-package', [], `needs the package "${name}", which is not installed`, installCommand(name))]
}

/** Throws a ConfigError that says how to install the package, where it is not there. */
export function requirePeer(name: Peer, label: string, resolve: Resolve = resolvePeer): void {
  if (isInstalled(name, resolve)) return
  throw new ConfigError(`${label} needs the package "${name}", which is not installed: ${installCommand(name)}`)
}

function isInstalled(name: Peer, resolve: Resolve): boolean {
  try {
    resolve(name)
    return true
  } catch {
    return false
  }
}

function installCommand(name: Peer): string {
  return `npm install ${name}@${PEERS[name]}`
}
