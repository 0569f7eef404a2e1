// Key servers over real connections: plain, TLS with authorities and pins, redirects, and servers that are slow, broken or too talkative.

import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import tls from 'node:tls'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { after, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { until } from '../../../../testing/until.ts'
import { cipherList } from './cipher-suites.ts'
import { KeyServerClient } from './download.ts'
import type { DownloadInit } from './download.ts'

/** Made for these tests alone. */
const AUTHORITY = `-----BEGIN CERTIFICATE-----
MIIBiDCCAS+gAwIBAgIUTVGZTfGS1XcGJN2CkL778wCKQCQwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOdGVzdCBhdXRob3JpdHkwIBcNMjYxMTI1MDI1NzMyWhgPMjEy
NjExMDEwMjU3MzJaMBkxFzAVBgNVBAMMDnRlc3QgYXV0aG9yaXR5MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAENFOKCUjmdCnsVvZWZA0uv0xsDFLhRtKDQvHXnCnj
B4QiNkMyv1nOvV7DXgM2rJsG7ii9tMOvD+uXaNuPZtr3BqNTMFEwHQYDVR0OBBYE
FACoagGMXx1e8xsGJZYDBvWNYRDIMB8GA1UdIwQYMBaAFACoagGMXx1e8xsGJZYD
BvWNYRDIMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgCfg3cfkQ
mbVEqEtnfrfKln0BsGeK+1k3GovBIunoCqQCIA5rfNhq4QkjSDXkmHoOAGaqGyre
cVH8P2qThH/vGLpu
-----END CERTIFICATE-----`
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBjjCCATWgAwIBAgIUTle6cAGpYr2ZZIGITvUPCcQ+xz4wCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOdGVzdCBhdXRob3JpdHkwIBcNMjYxMTI1MDI1NzMyWhgPMjEy
NjExMDEwMjU3MzJaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEG
CCqGSM49AwEHA0IABDKIEDUeCDrglJCyN00xylrMNa8X1cme1a6YQZ1MxcdXG8ma
GoirML06MKyI0kiXWZhowhC4XuXZ+sYAEFvXyNqjXjBcMBoGA1UdEQQTMBGCCWxv
Y2FsaG9zdIcEfwAAATAdBgNVHQ4EFgQUxbpgfz2NdGn4ymTmBrr+mCOuXiQwHwYD
VR0jBBgwFoAUAKhqAYxfHV7zGwYllgMG9Y1hEMgwCgYIKoZIzj0EAwIDRwAwRAIg
TBqLIOLOAuER4HKz0+2NUGDbIhegEnLCS93ZXG+LBiYCIBfi4CEpoJa5nKF7vKy2
7bF6GBGjiLtSLyjxKMoEkp7K
-----END CERTIFICATE-----`
const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgbTYmcTqfIAvRpH0F
xm+51jxF4/oN3eTF7sJ+M4/IFVahRANCAAQyiBA1Hgg64JSQsjdNMcpazDWvF9XJ
ntWumEGdTMXHVxvJmhqIqzC9OjCsiNJIl1mYaMIQuF7l2frGABBb18ja
-----END PRIVATE KEY-----`

const SET = '{"keys":[]}'
const cleanUps: (() => void)[] = []

async function listen(server: http.Server | https.Server): Promise<string> {
  cleanUps.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => (server as Server).listen(0, '127.0.0.1', resolve))
  const scheme = server instanceof https.Server ? 'https' : 'http'
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function serve(handle: http.RequestListener): Promise<string> {
  return listen(http.createServer(handle))
}

function serveTls(handle: http.RequestListener): Promise<string> {
  return listen(https.createServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, handle))
}

function client(url: string, init: Partial<DownloadInit> = {}): KeyServerClient {
  const made = new KeyServerClient({
    url,
    userAgent: 'KrakenD Version test',
    isInsecure: true,
    fingerprints: [],
    localCa: '',
    cipherSuites: [],
    timeoutMs: 5000,
    environment: {},
    ...init,
  })
  cleanUps.push(() => made.close())
  return made
}

const answerSet: http.RequestListener = (_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(SET)
}

function pinOf(pem: string): Buffer {
  return createHash('sha256')
    .update(new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
}

describe('downloads of keys', () => {
  after(() => cleanUps.forEach((cleanUp) => cleanUp()))

  test('one GET that names the gateway, over a connection that is kept', async () => {
    const seen: unknown[] = []
    const url = await serve((request, response) => {
      seen.push([request.method, request.url, request.headers['user-agent'], request.headers.accept, request.socket.remotePort])
      answerSet(request, response)
    })
    const made = client(`${url}/jwk?tenant=a%20b`)
    assert.equal(String(await made.download()), SET)
    await made.download()
    assert.deepEqual(seen[0], seen[1])
    assert.deepEqual((seen[0] as unknown[]).slice(0, 4), ['GET', '/jwk?tenant=a%20b', 'KrakenD Version test', undefined])
  })

  test('the content type decides, not the status', async () => {
    for (const [status, contentType, isGood] of [
      [500, 'application/json', true],
      [200, 'application/jwk-set+json; charset=utf-8', true],
      [200, 'text/plain', false],
      [200, 'application/jwk+json', false],
      [200, '', false],
    ] as const) {
      const url = await serve((_request, response) => {
        response.writeHead(status, contentType === '' ? {} : { 'Content-Type': contentType }).end(SET)
      })
      const download = client(url).download()
      if (isGood) assert.equal(String(await download), SET)
      else await assert.rejects(download, /should have a JSON content type/)
    }
  })

  describe('key servers that fail', () => {
    const failures: Record<string, readonly [http.RequestListener, RegExp]> = {
      'never answer': [() => {}, /did not answer within 100 ms/],
      'stop in the middle': [
        (_request, response) => response.writeHead(200, { 'Content-Type': 'application/json' }).write('{'),
        /did not answer within/,
      ],
      'hang up': [(request) => request.socket.destroy(), /hang up|ECONNRESET/],
      'cut the body': [
        (request, response) => {
          response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '100' })
          response.write('{', () => request.socket.destroy())
        },
        /aborted|ECONNRESET/,
      ],
      'send too much': [
        (_request, response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('x'.repeat(1024 * 1024 + 1)),
        /larger than 1 MiB/,
      ],
      'redirect for ever': [(_request, response) => response.writeHead(302, { Location: '/again' }).end(), /stopped after 10 redirects/],
      'redirect to a file': [
        (_request, response) => response.writeHead(302, { Location: 'file:///etc/passwd' }).end(),
        /unsupported protocol/,
      ],
    }
    for (const [name, [handle, message]] of Object.entries(failures)) {
      test(name, async () => {
        const timeoutMs = message.source.includes('within') ? 100 : 5000
        await assert.rejects(client(await serve(handle), { timeoutMs }).download(), message)
      })
    }
  })

  test('URLs that cannot be fetched', async () => {
    for (const url of ['', 'ftp://127.0.0.1/jwk', 'not a url']) await assert.rejects(client(url).download(), /unsupported protocol scheme/)
  })

  test('redirects are followed', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/jwk') answerSet(request, response)
      else response.writeHead(307, { Location: '/jwk' }).end()
    })
    assert.equal(String(await client(`${url}/old`).download()), SET)
  })

  test('a proxy of the environment is asked with the whole URL', async () => {
    const seen: unknown[] = []
    const proxy = await serve((request, response) => {
      seen.push(request.url)
      answerSet(request, response)
    })
    assert.equal(String(await client('http://keys.test/jwk', { environment: { HTTP_PROXY: proxy } }).download()), SET)
    assert.deepEqual(seen, ['http://keys.test/jwk'])
  })

  test('a connection that the server closed meanwhile is replaced', async () => {
    let count = 0
    const url = await serve((request, response) => {
      count++
      if (count === 2) request.socket.destroy()
      else answerSet(request, response)
    })
    const made = client(url)
    await made.download()
    assert.equal(String(await made.download()), SET)
    assert.equal(count, 3)
  })

  test('TLS: a trusted authority is needed, unless security is off', async () => {
    const url = await serveTls(answerSet)
    await assert.rejects(client(url, { isInsecure: false }).download(), /certificate/)
    assert.equal(String(await client(url, { isInsecure: false, localCa: AUTHORITY }).download()), SET)
    assert.equal(String(await client(url).download()), SET)
  })

  test('TLS: whom to trust is worked out once, not with each connection; one certificate may be trusted by itself', async (context) => {
    const url = await serveTls((request, response) => {
      response.setHeader('Connection', 'close')
      answerSet(request, response)
    })
    const made = client(url, { isInsecure: false, localCa: CERTIFICATE })
    const create = context.mock.method(tls, 'createSecureContext')
    for (let i = 0; i < 3; i++) assert.equal(String(await made.download()), SET)
    assert.equal(create.mock.callCount(), 1)
  })

  test('TLS: no redirect to plain http', async () => {
    const plain = await serve(answerSet)
    const url = await serveTls((_request, response) => response.writeHead(302, { Location: plain }).end())
    await assert.rejects(client(url, { isInsecure: false, localCa: AUTHORITY }).download(), /redirects to plain http/)
    assert.equal(String(await client(url).download()), SET)
  })

  test('pins are checked before anything is sent, with and without security', async () => {
    let requests = 0
    const url = await serveTls((request, response) => {
      requests++
      answerSet(request, response)
    })
    const wrong = Buffer.alloc(32, 7)
    for (const init of [{ isInsecure: true }, { isInsecure: false, localCa: AUTHORITY }]) {
      await assert.rejects(client(url, { ...init, fingerprints: [wrong] }).download(), /did not find a pinned key/)
      assert.equal(requests, 0)
    }
    for (const init of [{ isInsecure: true }, { isInsecure: false, localCa: AUTHORITY }]) {
      const made = client(url, { ...init, fingerprints: [wrong, pinOf(CERTIFICATE)] })
      assert.equal(String(await made.download()), SET)
      assert.equal(String(await made.download()), SET)
    }
    await assert.rejects(client(url, { isInsecure: false, fingerprints: [pinOf(CERTIFICATE)] }).download(), /certificate/)
  })

  test('a server that takes connections and never ends the handshake is given up in time, with and without pins', async () => {
    const held = new Set<Socket>()
    const server = createServer((socket) => {
      held.add(socket.on('error', () => {}).on('close', () => held.delete(socket)))
      socket.resume()
    }).listen(0, '127.0.0.1')
    cleanUps.push(() => server.close())
    await once(server, 'listening')
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    for (const fingerprints of [[], [pinOf(CERTIFICATE)]]) {
      await assert.rejects(client(url, { fingerprints, timeoutMs: 100 }).download(), /did not answer within 100 ms/)
      await until(() => held.size === 0, 'the connection is given up')
    }
  })

  test('cipher suites by their numbers; the modern ones are always there', () => {
    assert.match(cipherList([]), /^TLS_AES_128_GCM_SHA256:.*:ECDHE-RSA-AES128-GCM-SHA256:/)
    assert.equal(cipherList([49195, 1]).split(':').at(-1), 'ECDHE-ECDSA-AES128-GCM-SHA256')
  })

  test('a set may come as gzip, which is asked for; what comes out has the same limit', async () => {
    const bodies: Record<string, Buffer> = {
      '/good': gzipSync(SET),
      '/large': gzipSync(Buffer.alloc(1024 * 1024 + 1, ' ')),
      '/cut': gzipSync(SET).subarray(0, 15),
      '/rubbish': Buffer.from(SET),
    }
    const asked: unknown[] = []
    const base = await serve((request, response) => {
      asked.push(request.headers['accept-encoding'])
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'GZIP' }).end(bodies[request.url ?? ''])
    })
    assert.equal((await client(`${base}/good`).download()).toString(), SET)
    assert.deepEqual(asked, ['gzip'])
    await assert.rejects(client(`${base}/large`).download(), /larger than 1 MiB/)
    for (const path of ['/cut', '/rubbish']) await assert.rejects(client(base + path).download(), /no gzip although it says so/)
  })
})
