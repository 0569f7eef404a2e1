// Which schemes there are, what their URLs may say and which packages they need. Each is loaded only where a backend names it.

import type { Peer } from '../peers.ts'
import { quote } from '../../go/quote.ts'
import { type Address, findUnknown, type Kind, parseAddress } from './address.ts'
import { AWS_PARAMETERS } from './aws-address.ts'
import { OpenError, type Scheme, UnknownParameterError } from './scheme.ts'

export interface SchemeEntry {
  readonly peer: Peer
  /** Parameters of the URLs of topics; null where there are none of that kind. */
  readonly topic: readonly string[] | null
  readonly subscription: readonly string[] | null
  readonly load: () => Promise<Scheme>
}

const QUEUE_PARAMETERS = [...AWS_PARAMETERS, 'raw', 'nacklazy', 'waittime']

const SCHEMES: Readonly<Record<string, SchemeEntry>> = {
  nats: {
    peer: '@nats-io/transport-node',
    topic: ['natsv2'],
    subscription: ['natsv2', 'queue'],
    load: async () => (await import('./nats.ts')).nats,
  },
  awssqs: {
    peer: '@aws-sdk/client-sqs',
    topic: AWS_PARAMETERS,
    subscription: QUEUE_PARAMETERS,
    load: async () => (await import('./sqs.ts')).sqs,
  },
  rabbit: {
    peer: 'amqplib',
    topic: ['key_name'],
    subscription: ['prefetch_count'],
    load: async () => (await import('./rabbit.ts')).rabbit,
  },
  kafka: {
    peer: '@platformatic/kafka',
    topic: ['key_name'],
    subscription: ['topic', 'offset'],
    load: async () => (await import('./kafka.ts')).kafka,
  },
  awssns: { peer: '@aws-sdk/client-sns', topic: AWS_PARAMETERS, subscription: null, load: async () => (await import('./sns.ts')).sns },
  gcppubsub: {
    peer: '@google-cloud/pubsub',
    topic: ['max_send_batch_size'],
    subscription: ['max_recv_batch_size', 'nacklazy'],
    load: async () => (await import('./gcp.ts')).gcp,
  },
  azuresb: {
    peer: '@azure/service-bus',
    topic: [],
    subscription: ['subscription', 'listener_timeout', 'max_recv_batch_size'],
    load: async () => (await import('./azure.ts')).azure,
  },
}

/** The schemes that have topics, or subscriptions. */
export function schemesOf(kind: Kind): readonly string[] {
  return Object.keys(SCHEMES).filter((name) => SCHEMES[name]?.[kind] !== null)
}

/** What a URL names, all of whose parameters are known. Throws an OpenError. */
export function findScheme(url: string, kind: Kind): { address: Address; entry: SchemeEntry } {
  const address = parseAddress(url, kind)
  if (address === null) throw new OpenError(`${quote(url)} is no URL`)
  const entry = Object.hasOwn(SCHEMES, address.scheme) ? SCHEMES[address.scheme] : undefined
  const parameters = entry?.[kind] ?? null
  if (entry === undefined || parameters === null) {
    throw new OpenError(
      `no driver registered for ${quote(address.scheme)} for URL ${quote(url)}; available schemes: ${schemesOf(kind).join(', ')}`,
    )
  }
  const unknown = findUnknown(address, parameters)
  if (unknown !== null) {
    throw new UnknownParameterError(`open ${kind} ${url}: invalid query parameter ${quote(unknown)}`, unknown, parameters)
  }
  return { address, entry }
}
