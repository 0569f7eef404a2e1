// A real Kafka for the tests of this folder: one broker that is its own controller, of its artifacts in Maven's repository, which it needs once.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
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

export async function startKafka(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-kafka-'))
  const [port, controller] = [await freePort(), await freePort()]
  const file = join(folder, 'server.properties')
  writeFileSync(file, propertiesOf({ port, controller, data: join(folder, 'data') }))
  const java = [...JVM, '-cp', `${LIBRARIES}/*`]
  const format = [...java, 'kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAQ', '-c', file]
  const { status } = spawnSync('java', format, { stdio: 'ignore' })
  if (status !== 0) {
    rmSync(folder, { recursive: true })
    throw new Error(`java ${format.join(' ')}: ${status}`)
  }
  return serverOf(folder, { command: findProgram('java') ?? '', args: [...java, 'kafka.Kafka', file], port })
}

function propertiesOf({ port, controller, data }: { port: number; controller: number; data: string }): string {
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': data,
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
