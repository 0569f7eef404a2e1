// `_gw/kafka` against a real Kafka: TLS, certificates and logins, for agents and for backends, and what a refusal costs.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { writeCertificates } from '../../src/http/tls/test-certificates.ts'
import { type RunningCommand, startCommand } from '../../src/testing/process.ts'
import { agentFile, eventually, type Recorder, startRecorder } from './agent-kit.ts'
import { type GuardedKafka, type GuardedListener, KAFKA_USER, prepareKafka, RENEWAL_MS, startGuardedKafka } from './kafka-server.ts'

describe('_gw/kafka', { skip: prepareKafka(), timeout: 120_000 }, () => {
  const { path, remove } = writeCertificates()
  const trusted = { ca_certs: [path('ca.pem')], disable_system_ca_pool: true }
  let kafka: GuardedKafka
  let backend: Recorder
  let gateway: RunningCommand | null = null
  let topics = 0

  before(async () => {
    kafka = await startGuardedKafka()
    backend = await startRecorder()
  })
  after(async () => {
    await gateway?.stop()
    await backend.close()
    await kafka.remove()
    remove()
  })

  /** One agent, an endpoint that publishes, one that subscribes, and one without Kafka. */
  function file(listener: GuardedListener, access: object, topic = `t${topics++}`): { config: object; topic: string; brokers: string } {
    const brokers = `127.0.0.1:${kafka.ports[listener]}`
    const driver = { '_gw/async/kafka': { brokers, group: `agent-${topic}` } }
    const of = (block: object) => [{ host: ['kafka://'], disable_host_sanitize: true, url_pattern: '/', extra_config: block }]
    const endpoints = [
      { endpoint: '/p', method: 'POST', backend: of({ 'backend/pubsub/publisher': { topic_url: topic } }) },
      {
        endpoint: '/s',
        timeout: '5s',
        backend: of({ 'backend/pubsub/subscriber': { subscription_url: `group-${topic}?topic=${topic}&offset=oldest` } }),
      },
      { endpoint: '/other', method: 'POST', backend: [{ host: [backend.url], url_pattern: '/' }] },
    ]
    const config = { ...agentFile(backend, driver, { consumer: { topic } }), endpoints, extra_config: { '_gw/kafka': access } }
    return { config, topic, brokers }
  }

  async function serve({ config, brokers }: ReturnType<typeof file>): Promise<RunningCommand> {
    await gateway?.stop()
    gateway = await startCommand(config, { env: { KAFKA_BROKERS: brokers } })
    return gateway
  }

  /** A message goes in at one endpoint, and comes out at the other and at the agent's backend. */
  async function assertServed({ url }: RunningCommand): Promise<void> {
    backend.handled.length = 0
    const published = await fetch(`${url}/p`, { method: 'POST', body: '{"a":1}' })
    assert.equal(published.status, 200)
    const received = await fetch(`${url}/s`)
    assert.deepEqual([received.status, await received.text()], [200, '{"a":1}'])
    await eventually(() => backend.handled.includes('{"a":1}'), 'the agent has it')
  }

  function errors(running: RunningCommand): string[] {
    return running
      .output()
      .split('\n')
      .filter((line) => /ERROR|WARNING|CRITICAL/.test(line))
  }

  test('TLS and a login with SCRAM', async () => {
    for (const mechanism of ['SCRAM-SHA-512', 'SCRAM-SHA-256']) {
      const running = await serve(file('SASL_SSL', { tls: trusted, sasl: { mechanism, ...KAFKA_USER } }))
      await assertServed(running)
      assert.deepEqual(errors(running), [])
    }
  })
  test('TLS and a certificate of the gateway, for a name that is not the address of the broker', async () => {
    const client_certs = [{ certificate: path('client.pem'), private_key: path('client.key') }]
    const running = await serve(file('MUTUAL', { tls: { ...trusted, client_certs, server_name: 'a.test' } }))
    await assertServed(running)
    assert.deepEqual(errors(running), [])
  })

  test('a login that has to be renewed all the time is', async () => {
    const running = await serve(file('SASL_PLAINTEXT', { sasl: { mechanism: 'PLAIN', ...KAFKA_USER } }))
    for (let i = 0; i < 4; i++) {
      await assertServed(running)
      await setTimeout(RENEWAL_MS)
    }
    assert.deepEqual(errors(running), [])
  })

  test('a refused login is a line for each connection, and costs nothing else; with the right password a reload is all it takes', async () => {
    const wrong = file('SASL_SSL', { tls: trusted, sasl: { mechanism: 'SCRAM-SHA-512', ...KAFKA_USER, password: 'not-the-one' } })
    const running = await serve(wrong)
    await running.waitFor('building the kafka subscriber')
    // It tries again each second.
    await setTimeout(3000)
    const reason = 'Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512'
    assert.deepEqual(errors(running).map(withoutTime).sort(), [
      `ERROR: [SERVICE: Asyncagent][agent] building the kafka subscriber: ${reason}`,
      `ERROR: [kafka] no connection to ${wrong.brokers}: ${reason}`,
    ])
    assert.equal((await fetch(`${running.url}/other`, { method: 'POST' })).status, 200)
    assert.doesNotMatch(running.output(), /not-the-one/)
    running.rewrite(file('SASL_SSL', { tls: trusted, sasl: { mechanism: 'SCRAM-SHA-512', ...KAFKA_USER } }, wrong.topic).config)
    running.child.kill('SIGHUP')
    await running.waitFor('Starting the consumer')
    await assertServed(running)
  })

  test('brokers of an unknown authority, and brokers that want another one’s certificate, are told apart', async () => {
    const unknown = await serve(file('SSL', { tls: true }))
    await unknown.waitFor('building the kafka subscriber: unable to get local issuer certificate')
    const bare = await serve(file('MUTUAL', { tls: trusted }))
    await bare.waitFor('building the kafka subscriber: ssl/tls alert bad certificate')
  })
})

function withoutTime(line: string): string {
  return line.replace(/^.* KRAKEND /, '')
}
