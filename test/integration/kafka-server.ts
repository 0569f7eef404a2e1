// A real Kafka for the tests of this folder: one broker that is its own controller, of its artifacts in Maven's repository, which it needs once.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { PEM } from '../../src/http/tls/test-certificates.ts'
import { freePort } from '../../src/testing/backend.ts'
import { findProgram, serverOf, type TestServer } from './servers.ts'

const VERSION = '4.3.1'
const LIBRARIES = join(homedir(), '.cache', 'krakend-ts', `kafka-${VERSION}`)
/** Its last file: what was not copied whole is copied again. */
const COMPLETE = join(LIBRARIES, 'complete')
const FETCH_MS = 240_000
/** Quick to start rather than quick to serve. */
const JVM = ['-Xmx384m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error']

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>tests</groupId><artifactId>tests</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>`

/** As `skip` of node:test: false where Kafka can be started, else why not and what to do. Fetches it when it is not there yet. */
export function prepareKafka(): false | string {
  if (findProgram('java') === null) return 'java is not installed: apt-get install default-jre-headless'
  if (existsSync(COMPLETE)) return false
  if (findProgram('mvn') === null) return 'mvn is not installed: apt-get install maven'
  mkdirSync(LIBRARIES, { recursive: true })
  const pom = join(LIBRARIES, 'pom.xml')
  writeFileSync(pom, POM)
  const args = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${LIBRARIES}`]
  const { status } = spawnSync('mvn', args, { timeout: FETCH_MS, stdio: 'ignore' })
  if (status !== 0) return `Kafka cannot be fetched: mvn ${args.join(' ')}`
  writeFileSync(COMPLETE, '')
  return false
}

/** The open one comes first: brokers speak to each other through it. */
const OPEN = { PLAINTEXT: 'PLAINTEXT' }
/** `MUTUAL` wants a certificate of `client.pem`'s authority. Certificates are those of test-certificates.ts: `a.test` and 127.0.0.1. */
const GUARDED = { ...OPEN, SSL: 'SSL', MUTUAL: 'SSL', SASL_PLAINTEXT: 'SASL_PLAINTEXT', SASL_SSL: 'SASL_SSL' }

export type GuardedListener = keyof typeof GUARDED

export interface GuardedKafka extends TestServer {
  readonly ports: Readonly<Record<GuardedListener, number>>
}

/** How long a login with PLAIN lasts at `SASL_PLAINTEXT`. */
export const RENEWAL_MS = 1000

/** Who may come in where SASL is spoken, with PLAIN and both kinds of SCRAM. */
export const KAFKA_USER = { username: 'gateway', password: 'open-sesame' }

export async function startKafka(): Promise<TestServer> {
  return start(OPEN, [])
}

/** One broker that is spoken to in all ways. */
export async function startGuardedKafka(): Promise<GuardedKafka> {
  const { username, password } = KAFKA_USER
  const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((mechanism) => `${mechanism}=[name="${username}",password="${password}"]`)
  return start(GUARDED, users)
}

async function start<N extends string>(
  listeners: Readonly<Record<N, string>>,
  users: readonly string[],
): Promise<TestServer & { readonly ports: Readonly<Record<N, number>> }> {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-kafka-'))
  const ports = {} as Record<N, number>
  for (const name of Object.keys(listeners) as N[]) ports[name] = await freePort()
  const file = join(folder, 'server.properties')
  writeFileSync(file, propertiesOf({ listeners, ports, controller: await freePort(), folder }))
  writeFileSync(join(folder, 'key-store.pem'), PEM['a.key'] + PEM['a.pem'])
  writeFileSync(join(folder, 'ca.pem'), PEM['ca.pem'])
  const java = [...JVM, '-cp', `${LIBRARIES}/*`]
  const scram = users.flatMap((user) => ['--add-scram', user])
  const format = [...java, 'kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAQ', '-c', file, ...scram]
  const { status } = spawnSync('java', format, { stdio: 'ignore' })
  if (status !== 0) {
    rmSync(folder, { recursive: true })
    throw new Error(`java ${format.join(' ')}: ${status}`)
  }
  const [port] = Object.values<number>(ports)
  const server = await serverOf(folder, { command: findProgram('java') ?? '', args: [...java, 'kafka.Kafka', file], port: port ?? 0 })
  return { ...server, ports }
}

interface BrokerInit {
  /** Protocols by the name of the listener. */
  readonly listeners: Readonly<Record<string, string>>
  readonly ports: Readonly<Record<string, number>>
  readonly controller: number
  readonly folder: string
}

function propertiesOf({ listeners, ports, controller, folder }: BrokerInit): string {
  const addresses = Object.entries(ports).map(([name, port]) => `${name}://127.0.0.1:${port}`)
  const protocols = Object.entries(listeners).map((pair) => pair.join(':'))
  const login = 'org.apache.kafka.common.security'
  const { username, password } = KAFKA_USER
  const sasl = Object.entries(listeners).filter(([, protocol]) => protocol.startsWith('SASL'))
  const logins = sasl.flatMap(([listener]) => {
    const prefix = `listener.name.${listener.toLowerCase()}`
    return [
      [`${prefix}.plain.sasl.jaas.config`, `${login}.plain.PlainLoginModule required user_${username}="${password}";`],
      [`${prefix}.scram-sha-256.sasl.jaas.config`, `${login}.scram.ScramLoginModule required;`],
      [`${prefix}.scram-sha-512.sasl.jaas.config`, `${login}.scram.ScramLoginModule required;`],
    ]
  })
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: [...addresses, `CONTROLLER://127.0.0.1:${controller}`].join(),
    'advertised.listeners': addresses.join(),
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': ['CONTROLLER:PLAINTEXT', ...protocols].join(),
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(folder, 'key-store.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(folder, 'ca.pem'),
    'listener.name.mutual.ssl.client.auth': 'required',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.sasl_plaintext.plain.connections.max.reauth.ms': RENEWAL_MS,
    ...Object.fromEntries(logins),
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
  }
  return Object.entries(properties)
    .map((line) => line.join('='))
    .join('\n')
}
