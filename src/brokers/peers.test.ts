import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { checkPeer, PEERS, requirePeer } from './peers.ts'

const missing = (): never => {
  throw new Error('Cannot find package')
}

test('a package that is not there is told with the command that installs it, by check and by the start', () => {
  assert.deepEqual(
    checkPeer('amqplib', missing).map(({ message, hint, fails }) => [message, hint, fails]),
    [['needs the package "amqplib", which is not installed', `npm install amqplib@${PEERS.amqplib}`, 'start']],
  )
  assert.throws(() => requirePeer('amqplib', '[X]', missing), /^ConfigError: \[X\] needs the package "amqplib".*: npm install amqplib@/)
  assert.deepEqual(checkPeer('amqplib'), [])
  requirePeer('amqplib', '[X]')
})

test('the versions are those of the optional peers that the package names, and of the tests', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { peerDependencies, peerDependenciesMeta, devDependencies } = JSON.parse(text) as Record<string, Record<string, unknown>>
  assert.deepEqual(peerDependencies, { ...PEERS })
  for (const [name, version] of Object.entries(PEERS)) {
    assert.deepEqual([peerDependenciesMeta?.[name], devDependencies?.[name]], [{ optional: true }, version])
  }
})
