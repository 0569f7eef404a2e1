import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { after, afterEach, describe, test } from 'node:test'
import tls from 'node:tls'
import { PEM, writeCertificates } from '../http/tls/test-certificates.ts'
import { makeSite } from '../testing/index.ts'
import { kafkaAccess, kafkaAccessOf, type KafkaLogin, type KafkaTls, makeKafkaAccess } from './kafka-access.ts'
import { clientOptions, openProducer } from './kafka.ts'

const { path, remove } = writeCertificates()

const TLS: KafkaTls = {
  caCerts: [path('ca.pem')],
  disableSystemCaPool: true,
  clientCerts: [],
  serverName: '',
  allowInsecureConnections: false,
}
const LOGIN: KafkaLogin = { mechanism: 'PLAIN', username: 'me', password: 'pass-word' }
const make = (tlsChanges: Partial<KafkaTls> | null, login: KafkaLogin | null = null) =>
  makeKafkaAccess(tlsChanges && { ...TLS, ...tlsChanges }, login, readFileSync)

const API_VERSIONS = 18
const SASL_HANDSHAKE = 17
const SASL_AUTHENTICATE = 36
const REFUSED = 58

/** A broker that knows one thing: whoever comes is refused, and then reset. */
function answerLogin(request: Buffer, socket: Socket): void {
  const text = (value: string): Buffer => Buffer.concat([int(2, value.length), Buffer.from(value)])
  const bodies = new Map([
    [API_VERSIONS, [int(2, 0), int(4, 1), int(2, SASL_AUTHENTICATE), int(2, 0), int(2, 0), int(4, 0)]],
    [SASL_HANDSHAKE, [int(2, 0), int(4, 1), text('PLAIN')]],
    [SASL_AUTHENTICATE, [int(2, REFUSED), text('not you'), int(4, 0)]],
  ])
  const key = request.readInt16BE(4)
  const body = Buffer.concat([request.subarray(8, 12), ...(bodies.get(key) ?? [])])
  socket.write(Buffer.concat([int(4, body.length), body]))
  if (key === SASL_AUTHENTICATE) setImmediate(() => socket.resetAndDestroy())
}

function int(bytes: number, value: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeIntBE(value, 0, bytes)
  return buffer
}

describe('access to Kafka', () => {
  after(remove)

  test('what clients are made with: nothing in the open, else TLS and the login', () => {
    const site = makeSite()
    assert.deepEqual(kafkaAccessOf(site).options, {})
    site.provide(kafkaAccess, make({ allowInsecureConnections: true }, LOGIN))
    const { tls: connection, sasl } = clientOptions({ brokers: ['a:1'], access: kafkaAccessOf(site) })
    assert.deepEqual([connection?.rejectUnauthorized, sasl], [false, LOGIN])
  })

  test('another password, certificate or name is another access; no password can be read from it', () => {
    const pair = { certificate: path('client.pem'), privateKey: path('client.key') }
    const all = [make(null), make({}), make({ serverName: 'x' }), make({ clientCerts: [pair] }), make(null, LOGIN), make({}, LOGIN)]
    all.push(make({}, { ...LOGIN, password: 'other' }))
    assert.equal(new Set(all.map(({ key }) => key)).size, all.length)
    assert.equal(make({}, LOGIN).key, make({}, LOGIN).key)
    assert.doesNotMatch(make({}, LOGIN).key, /pass-word/)
    const changed = makeKafkaAccess(TLS, null, () => Buffer.from(PEM['a.pem']))
    assert.notEqual(changed.key, make({}).key)
  })

  test('files that are not there or hold something else are named', () => {
    assert.throws(() => make({ caCerts: ['/missing.pem'] }), /^Error: \/missing\.pem: .*no such file/)
    assert.throws(() => make({ caCerts: [path('ca.pem'), path('a.key')] }), /a\.key: no certificate in PEM$/)
    const clientCerts = [{ certificate: path('a.pem'), privateKey: path('b.key') }]
    assert.throws(() => make({ clientCerts }), /a\.pem, .*b\.key: tls: private key does not match public key/)
  })

  describe('the client of Kafka', () => {
    const servers: Server[] = []
    afterEach(() => {
      for (const server of servers.splice(0)) server.close()
    })
    async function listen(server: Server): Promise<number> {
      servers.push(server)
      await once(server.listen(0, '127.0.0.1'), 'listening')
      return (server.address() as AddressInfo).port
    }

    test('asks each broker for its own name, none where it is an address, or all for the one of the file', async () => {
      const asked: unknown[] = []
      const server = tls.createServer({ cert: PEM['a.pem'], key: PEM['a.key'] }, (socket) => {
        asked.push(socket.servername)
        socket.destroy()
      })
      const port = await listen(server)
      const reach = (host: string, serverName: string): Promise<void> =>
        assert.rejects(openProducer({ brokers: [`${host}:${port}`], access: make({ serverName, allowInsecureConnections: true }) }))
      await Promise.all([reach('localhost', ''), reach('127.0.0.1', ''), reach('127.0.0.1', 'a.test')])
      assert.deepEqual(new Set(asked), new Set(['localhost', false, 'a.test']))
    })

    test('says that a broker’s certificate is of nobody it trusts, and nothing of an option of Node.js', async () => {
      const server = tls.createServer({ cert: PEM['a.pem'], key: PEM['a.key'] }).on('tlsClientError', () => undefined)
      const port = await listen(server)
      const access = make({ caCerts: [] })
      await assert.rejects(openProducer({ brokers: [`127.0.0.1:${port}`], access }), { message: 'unable to get local issuer certificate' })
    })

    test('says in the broker’s words why a login was refused, and outlives a broker that breaks off after it', async () => {
      const broken = Promise.withResolvers<void>()
      const server = createServer({ allowHalfOpen: true }, (socket) =>
        socket.on('data', (request: Buffer) => answerLogin(request, socket)).on('close', () => broken.resolve()),
      )
      const port = await listen(server)
      await assert.rejects(openProducer({ brokers: [`127.0.0.1:${port}`], access: make(null, LOGIN) }), { message: 'not you' })
      await broken.promise
      await new Promise(setImmediate)
    })
  })
})
