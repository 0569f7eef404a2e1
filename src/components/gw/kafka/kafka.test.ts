// What `_gw/kafka` says of wrong settings, and what it hands to whoever speaks to brokers.

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { kafkaAccessOf } from '../../../brokers/kafka-access.ts'
import { writeCertificates } from '../../../http/tls/test-certificates.ts'
import { buildFor, checkOptions, configOf, makeSite, openAgentInMemory, openInMemory } from '../../../testing/index.ts'
import { kafka } from './index.ts'

const { path, remove } = writeCertificates()

const SASL = { mechanism: 'SCRAM-SHA-512', username: 'me', password: 'pass-word' }

/** What clients of Kafka are made with. */
function optionsFor(block: object) {
  const site = makeSite()
  buildFor(kafka, block, site)
  return kafkaAccessOf(site).options
}

describe('_gw/kafka', () => {
  after(remove)

  test('in the open, unless the block says else', () => {
    assert.deepEqual(optionsFor({}), {})
    assert.deepEqual(optionsFor({ tls: false }), {})
    assert.deepEqual(optionsFor({ sasl: SASL }), { sasl: SASL })
  })

  test('TLS with the authorities of the system, or those and what else the block says', () => {
    assert.equal(optionsFor({ tls: true }).tls?.rejectUnauthorized, true)
    const client_certs = [{ certificate: path('client.pem'), private_key: path('client.key') }]
    const { tls, sasl } = optionsFor({
      tls: { ca_certs: [path('ca.pem')], client_certs, server_name: 'kafka.test', allow_insecure_connections: true },
      sasl: SASL,
    })
    assert.deepEqual([tls?.servername, tls?.rejectUnauthorized, sasl], ['kafka.test', false, SASL])
  })

  test('agents have it as endpoints do, and a reload looks at its files', async () => {
    const agent = { name: 'a', consumer: { topic: 't' }, backend: [{ host: ['http://b'], url_pattern: '/' }] }
    const block = { tls: { ca_certs: ['ca.pem'] }, sasl: SASL }
    const config = configOf({ extra_config: { '_gw/kafka': block }, async_agent: [agent], endpoints: [] })
    const opened = await openAgentInMemory(config, { files: { 'ca.pem': makeSite().read(path('ca.pem')).toString() } })
    assert.deepEqual([kafkaAccessOf(opened).options.sasl, [...opened.files]], [SASL, ['ca.pem']])
    await opened.retire()
  })

  describe('a wrong block', () => {
    test('is told with its place', () => {
      const cases: [object, string[]][] = [
        [{ tls: true, sasl: SASL }, []],
        [{ tls: 'yes' }, ['error tls: must be an object, not the text "yes"']],
        [{ tls: { ca_cert: 'ca.pem' } }, ['error tls.ca_cert: unknown option "ca_cert"']],
        [{ tls: { ca_certs: 'ca.pem' } }, ['error tls.ca_certs: must be a list, not the text "ca.pem"']],
        [{ tls: { client_certs: [{ certificate: 'a' }] } }, ['error tls.client_certs[0].private_key: "private_key" is missing here']],
        [{ tls: { server_name: '10.0.0.1' } }, ['error tls.server_name: "10.0.0.1" is an address, which TLS cannot ask for']],
        [{ tls: { disable_system_ca_pool: true } }, ['error tls.disable_system_ca_pool: no authority is trusted: every broker is refused']],
        [
          { tls: true, sasl: { ...SASL, mechanism: 'GSSAPI' } },
          ['error sasl.mechanism: must be "PLAIN" or "SCRAM-SHA-256" or "SCRAM-SHA-512", not the text "GSSAPI"'],
        ],
        [{ tls: true, sasl: { mechanism: 'PLAIN', username: 'me' } }, ['error sasl.password: "password" is missing here']],
        [
          { tls: true, sasl: { ...SASL, username: '', password: '' } },
          ['error sasl.username: must not be empty', 'error sasl.password: must not be empty'],
        ],
      ]
      for (const [block, found] of cases) assert.deepEqual(checkOptions(kafka, block), found)
    })

    test('what weakens it is a warning', () => {
      assert.deepEqual(checkOptions(kafka, { sasl: { ...SASL, mechanism: 'PLAIN' } }), [
        'warning sasl: there is no TLS: the password travels readable',
      ])
      assert.deepEqual(checkOptions(kafka, { sasl: SASL }), [
        'warning sasl: there is no TLS: whoever listens reads all messages, and can guess passwords',
      ])
      assert.deepEqual(checkOptions(kafka, { tls: { allow_insecure_connections: true } }), [
        'warning tls.allow_insecure_connections: whoever answers is taken for a broker, reads all messages and may change them',
      ])
    })

    test('files that cannot be read are findings, and stop the start with their path', async () => {
      const tls = {
        ca_certs: ['/no/ca.pem'],
        disable_system_ca_pool: false,
        client_certs: [{ certificate: '/no/cert.pem', private_key: path('a.key') }],
        server_name: '',
        allow_insecure_connections: false,
      }
      const readable = (file: string): boolean => !file.startsWith('/no/')
      const around = { place: null, readable, identityHeaders: () => [], contentOf: () => null }
      const block = { raw: null, extras: null, dialect: 3, once: makeSite().once, ...around } as const
      assert.deepEqual(
        kafka.check?.({ tls }, block).map((issue) => [issue.path.join('.'), issue.fails]),
        [
          ['tls.ca_certs.0', 'start'],
          ['tls.client_certs.0.certificate', 'start'],
        ],
      )
      const start = (given: object) => openInMemory(configOf({ extra_config: { '_gw/kafka': given }, endpoints: [] }))
      await assert.rejects(start({ tls }), /ConfigError: \[SERVICE: .*\] _gw\/kafka: \/no\/ca\.pem: ENOENT/)
      await assert.rejects(start({ tls: { server_name: '::1' } }), /_gw\/kafka: tls\.server_name "::1" is an address/)
      await assert.rejects(start({ sasl: { ...SASL, username: '' } }), (error: Error) => !error.message.includes('pass-word'))
    })
  })
})
