// Google's own emulator of Pub/Sub, a program of Java, for the tests of this folder. It keeps nothing when it ends.

import { globSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../src/testing/backend.ts'
import { findProgram, lacks, serverOf, type TestServer } from './servers.ts'

const PACKAGE = 'google-cloud-cli-pubsub-emulator'
const JVM = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

/** As `skip` of node:test: false where the emulator can be started, else the command that installs what it lacks. */
export function lacksEmulator(): false | string {
  if (findJar() === undefined) return `the emulator is not installed: apt-get install ${PACKAGE} (of packages.cloud.google.com/apt)`
  return lacks('java', 'default-jre-headless')
}

export async function startEmulator(): Promise<TestServer> {
  const port = await freePort()
  const args = [...JVM, '-jar', findJar() ?? '', '--host=127.0.0.1', `--port=${port}`]
  return serverOf(mkdtempSync(join(tmpdir(), 'krakend-google-')), { command: findProgram('java') ?? '', args, port })
}

function findJar(): string | undefined {
  return globSync('/usr/lib/google-cloud-sdk/platform/pubsub-emulator/lib/cloud-pubsub-emulator-*.jar')[0]
}
