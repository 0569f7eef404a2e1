import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, describe, test } from 'node:test'
import tls, { type ConnectionOptions, type TLSSocket } from 'node:tls'
import type { ClientTlsConfig, ServerTlsConfig } from '../../config/types.ts'
import { wholeBody } from '../../engine/body.ts'
import { Scope } from '../../engine/scope.ts'
import { createNodeServer } from '../server/listener.ts'
import { createTransport } from '../client/transport.ts'
import { PEM, writeCertificates } from './test-certificates.ts'
import { configWith, exchangeRaw, listLogger, requestTo } from '../test-support.ts'
import { tlsChoices } from './names.ts'

const { path, remove } = writeCertificates()

const PAIR_A = { publicKey: path('a.pem'), privateKey: path('a.key') }
const PAIR_B = { publicKey: path('b.pem'), privateKey: path('b.key') }
const PAIR_RSA = { publicKey: path('rsa.pem'), privateKey: path('rsa.key') }
const CHOICES = { newestVersion: 'TLS13' as const, minVersion: '', maxVersion: '', curvePreferences: [], cipherSuites: [] }
const SERVER: ServerTlsConfig = {
  ...CHOICES,
  isDisabled: false,
  keys: [PAIR_A],
  legacyPair: null,
  enableMtls: false,
  caCerts: [],
  ownAuthorities: [],
  disableSystemCaPool: true,
}

async function serve(changes: Partial<ServerTlsConfig>, use: (port: number, lines: string[]) => Promise<void>): Promise<void> {
  const { log, lines } = listLogger()
  const config = configWith({ tls: { ...SERVER, ...changes } })
  const server = await createNodeServer(config, (exchange) => exchange.answer(200, `${exchange.protocol} ${exchange.isSecure}`), log)
  const { port } = await server.listen()
  try {
    await use(port, lines)
  } finally {
    await server.close(1)
  }
}

/** Shakes hands and gives what was agreed, or the error's code. */
async function connect(port: number, options: ConnectionOptions = {}): Promise<{ protocol: string; alpn: string; name: string } | string> {
  const socket: TLSSocket = tls.connect({ host: '127.0.0.1', port, servername: 'a.test', ca: PEM['ca.pem'], ...options })
  try {
    await once(socket, 'secureConnect')
    // A server refuses a client's certificate only after the handshake of TLS 1.3.
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => Promise.reject(new Error('closed')))])
    const peer = socket.getPeerCertificate()
    return { protocol: socket.getProtocol() ?? '', alpn: String(socket.alpnProtocol), name: String(peer.subject.CN) }
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  } finally {
    socket.destroy()
  }
}

describe('TLS', () => {
  after(remove)

  describe('server', () => {
    test('TLS 1.3 by default, 1.2 when allowed', async () => {
      await serve({}, async (port) => {
        assert.deepEqual(await connect(port), { protocol: 'TLSv1.3', alpn: 'false', name: 'a.test' })
        assert.equal(typeof (await connect(port, { maxVersion: 'TLSv1.2' })), 'string')
      })
      await serve({ minVersion: 'TLS12' }, async (port) => {
        assert.deepEqual(await connect(port, { maxVersion: 'TLSv1.2' }), { protocol: 'TLSv1.2', alpn: 'false', name: 'a.test' })
      })
    })

    test('an exchange knows what TLS agreed on, over either protocol', async () => {
      const { log } = listLogger()
      const config = configWith({ tls: SERVER })
      const server = await createNodeServer(config, (exchange) => exchange.answer(200, JSON.stringify(exchange.tls)), log)
      const { port } = await server.listen()
      const options = { host: '127.0.0.1', port, servername: 'a.test', ca: PEM['ca.pem'], agent: false }
      const [response] = (await once(https.get(options), 'response')) as [IncomingMessage]
      const session = http2.connect(`https://127.0.0.1:${port}`, { servername: 'a.test', ca: PEM['ca.pem'] })
      for (const body of [response, session.request({ ':path': '/' })])
        assert.match(await text(body), /^\{"version":"TLSv1\.3","cipher":"TLS_[A-Z0-9_]+"\}$/)
      session.close()
      await server.close(1)
    })

    test('HTTP/2 and HTTP/1.1 on one port, also with several certificates', async () => {
      for (const keys of [[PAIR_A], [PAIR_A, PAIR_B]]) {
        await serve({ keys }, async (port) => {
          const session = http2.connect(`https://127.0.0.1:${port}`, { ca: PEM['ca.pem'], servername: 'a.test' })
          assert.equal(await text(session.request({ ':path': '/' })), 'HTTP/2.0 true')
          session.close()
          const request = https.get({ host: '127.0.0.1', port, servername: 'a.test', ca: PEM['ca.pem'], agent: false })
          const [response] = await once(request, 'response')
          assert.equal(await text(response), 'HTTP/1.1 true')
        })
      }
    })

    test('the certificate is chosen by name, the first one for any other', async () => {
      await serve({ keys: [PAIR_B, PAIR_A] }, async (port) => {
        const nameFor = async (servername: string): Promise<unknown> => {
          const agreed = await connect(port, { servername, checkServerIdentity: () => undefined })
          return typeof agreed === 'string' ? agreed : agreed.name
        }
        assert.equal(await nameFor('a.test'), 'a.test')
        assert.equal(await nameFor('B.TEST'), 'b.test')
        assert.equal(await nameFor('other.test'), 'b.test')
        assert.equal(await nameFor(''), 'b.test')
      })
    })

    test('of certificates with RSA and ECDSA keys for the same names, the client gets one that it can check', async () => {
      for (const keys of [
        [PAIR_A, PAIR_RSA],
        [PAIR_RSA, PAIR_A],
      ])
        await serve({ keys, minVersion: 'TLS12' }, async (port) => {
          for (const protocol of ['TLSv1.2', 'TLSv1.3'] as const)
            for (const servername of ['a.test', '']) {
              const options = { servername, maxVersion: protocol, rejectUnauthorized: false, ALPNProtocols: ['h2'] }
              const agreedWith = (sigalgs: string) => connect(port, { ...options, sigalgs })
              assert.deepEqual(await agreedWith('rsa_pss_rsae_sha256'), { protocol, alpn: 'h2', name: 'rsa' })
              assert.deepEqual(await agreedWith('ecdsa_secp256r1_sha256'), { protocol, alpn: 'h2', name: 'a.test' })
            }
        })
    })

    test('clear text gets Go’s answer', async () => {
      await serve({}, async (port) => {
        const answer = await exchangeRaw(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
        assert.equal(answer, 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n')
      })
    })

    test('enable_mtls wants a certificate of the pool', async () => {
      await serve({ enableMtls: true, caCerts: [path('ca.pem'), '/missing.pem'] }, async (port, lines) => {
        assert.equal(typeof (await connect(port, { cert: PEM['client.pem'], key: PEM['client.key'] })), 'object')
        assert.equal(typeof (await connect(port)), 'string')
        assert.match(lines.join('\n'), /Cannot load certificate CA \/missing\.pem: open \/missing\.pem: no such file or directory/)
      })
      await serve({ enableMtls: true }, async (port) => {
        assert.equal(typeof (await connect(port, { cert: PEM['client.pem'], key: PEM['client.key'] })), 'string')
      })
    })

    test('missing keys and keys of others', async () => {
      const start = (keys: ServerTlsConfig['keys']): Promise<unknown> =>
        createNodeServer(configWith({ tls: { ...SERVER, keys } }), () => undefined, listLogger().log)
      await assert.rejects(start([]), { name: 'ConfigError', message: 'public key not defined' })
      await assert.rejects(start([{ publicKey: '', privateKey: 'x' }]), { message: 'public key not defined' })
      await assert.rejects(start([{ publicKey: 'x', privateKey: '' }]), { message: 'private key not defined' })
      await assert.rejects(start([{ publicKey: '/none', privateKey: '/none' }]), { message: 'open /none: no such file or directory' })
      const [publicKey, privateKey] = [path('a.pem'), path('b.key')]
      await assert.rejects(start([{ publicKey, privateKey }]), {
        name: 'ConfigError',
        message: `tls: private key does not match public key (${publicKey}, ${privateKey})`,
      })
    })
  })

  test('names of versions, curves and suites', () => {
    const chosen = tlsChoices({
      ...CHOICES,
      minVersion: 'TLS11',
      maxVersion: 'no',
      curvePreferences: [29, 23, 99],
      cipherSuites: [49199, 1],
    })
    assert.equal(chosen.minVersion, 'TLSv1.1')
    assert.equal(chosen.maxVersion, 'TLSv1.3')
    assert.equal(chosen.ecdhCurve, 'X25519:P-256')
    assert.equal(tlsChoices({ ...CHOICES, curvePreferences: [4588, 29] }).ecdhCurve, 'X25519MLKEM768:X25519')
    const message = 'curve_preferences: none of 30, 1 is known; write some of 23, 24, 25, 29, 4587, 4588, 4589'
    assert.throws(() => tlsChoices({ ...CHOICES, curvePreferences: [30, 1] }), { message })
    assert.match(String(chosen.ciphers), /:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0$/)
    const old = tlsChoices({ ...CHOICES, newestVersion: 'TLS12', minVersion: 'TLS13' })
    assert.deepEqual([old.minVersion, old.maxVersion, old.ecdhCurve], ['TLSv1.2', 'TLSv1.2', 'P-521:P-384:P-256'])
  })

  describe('backends', () => {
    const CLIENT: ClientTlsConfig = { ...CHOICES, allowInsecureConnections: false, caCerts: [], disableSystemCaPool: true, clientCerts: [] }

    async function ask(section: Partial<ClientTlsConfig> | null, options: tls.TlsOptions = {}): Promise<string> {
      const backend = https.createServer({ cert: PEM['a.pem'], key: PEM['a.key'], ...options }, (_request, response) =>
        response.end('secret'),
      )
      backend.on('tlsClientError', () => undefined)
      backend.listen(0, '127.0.0.1')
      await once(backend, 'listening')
      const { port } = backend.address() as AddressInfo
      const transport = createTransport(configWith({ clientTls: section === null ? null : { ...CLIENT, ...section } }))
      try {
        const response = await transport.send(requestTo(`https://127.0.0.1:${port}`, '/'), Scope.root())
        return wholeBody(response.body).toString()
      } catch (error) {
        return (error as Error).message.replace(/^Get "[^"]*": /, '')
      } finally {
        await transport.close()
        backend.close()
        backend.closeAllConnections()
      }
    }

    test('are verified unless told otherwise', async () => {
      const unknown = 'tls: failed to verify certificate: x509: certificate signed by unknown authority'
      assert.equal(await ask(null), unknown)
      assert.equal(await ask({}), unknown)
      assert.equal(await ask({ caCerts: [path('ca.pem')] }), 'secret')
      assert.equal(await ask({ allowInsecureConnections: true }), 'secret')
    })

    test('client_tls alone raises the minimum to TLS 1.3', async () => {
      const old: tls.TlsOptions = { maxVersion: 'TLSv1.2' }
      assert.match(await ask({ allowInsecureConnections: true }, old), /protocol version/)
      assert.equal(await ask({ allowInsecureConnections: true, minVersion: 'TLS12' }, old), 'secret')
    })

    test('see the client’s certificate', async () => {
      const wants: tls.TlsOptions = { requestCert: true, rejectUnauthorized: true, ca: PEM['ca.pem'] }
      const clientCerts = [
        { certificate: '/missing.pem', privateKey: '/missing.key' },
        { certificate: path('client.pem'), privateKey: path('client.key') },
      ]
      assert.equal(await ask({ caCerts: [path('ca.pem')], clientCerts }, wants), 'secret')
      assert.notEqual(await ask({ caCerts: [path('ca.pem')] }, wants), 'secret')
    })
  })
})
