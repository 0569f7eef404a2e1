// How the brokers of Kafka are spoken to: with TLS and a login, or in the open. One value for all clients of a gateway.

import type { ConnectionOptions } from 'node:tls'
import type { ClientTlsConfig } from '../config/types.ts'
import type { Port, Site } from '../engine/compile/component.ts'
import { readTrust, type Trust, trustContext } from '../http/tls/trust.ts'
import { digestOf } from '../json/digest-of.ts'
import { nameOfBroker } from './kafka-connections.ts'

export interface KafkaAccess {
  /** Brokers with another one are reached by other clients. security: no password can be read from it. */
  readonly key: string
  /** What clients are made with. */
  readonly options: { readonly tls?: ConnectionOptions; readonly sasl?: KafkaLogin }
}

export interface KafkaTls extends Pick<ClientTlsConfig, 'caCerts' | 'disableSystemCaPool' | 'clientCerts' | 'allowInsecureConnections'> {
  /** The name that all brokers are asked for; empty: each its own. */
  readonly serverName: string
}

export const KAFKA_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

export interface KafkaLogin {
  readonly mechanism: (typeof KAFKA_MECHANISMS)[number]
  readonly username: string
  readonly password: string
}

const IN_THE_OPEN: KafkaAccess = { key: '', options: {} }

/** Offered by the service that has settings for it. */
export const kafkaAccess: Port<KafkaAccess> = { name: 'access to Kafka' }

export function kafkaAccessOf({ ask }: Pick<Site, 'ask'>): KafkaAccess {
  return ask(kafkaAccess)[0] ?? IN_THE_OPEN
}

/** Throws with the path where a file of certificates cannot be read. */
export function makeKafkaAccess(tls: KafkaTls | null, login: KafkaLogin | null, read: Site['read']): KafkaAccess {
  const trust = tls === null ? null : readTrust(tls, read)
  const options = { ...(tls && trust && { tls: tlsOptions(tls, trust) }), ...(login && { sasl: login }) }
  return { key: digestOf([tls, trust, login]), options }
}

function tlsOptions({ serverName, allowInsecureConnections }: KafkaTls, trust: Trust): ConnectionOptions {
  return {
    secureContext: trustContext(trust),
    rejectUnauthorized: !allowInsecureConnections,
    // The client takes one name for all brokers; this is read anew for each connection.
    get servername() {
      return serverName === '' ? nameOfBroker() : serverName
    },
  }
}
