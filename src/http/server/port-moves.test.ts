// A port goes from one server to the next, as it does between threads: nothing that clients send is lost.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net, { type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import type { Handler } from '../../engine/types.ts'
import { configWith, exchangeRaw, listLogger } from '../test-support.ts'
import { createNodeServer, type NodeServer } from './listener.ts'

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
/** No test waits for it. */
const LONG_MS = 60_000

function serverOf(handle: Handler): Promise<NodeServer> {
  return createNodeServer(configWith({}), handle, listLogger().log)
}

function answering(body: string): Promise<NodeServer> {
  return serverOf((exchange) => exchange.answer(200, body))
}

/** As a message to another thread does it. */
function send(socket: Server | null): Server {
  assert.ok(socket !== null)
  return structuredClone(socket, { transfer: [socket] })
}

async function move(from: NodeServer, to: NodeServer): Promise<void> {
  await from.drain()
  await to.adopt(send(from.release()))
}

async function ask(port: number, agent: http.Agent): Promise<string> {
  const [response] = (await once(http.get({ port, agent }), 'response')) as [http.IncomingMessage]
  return text(response)
}

describe('a port that moves', () => {
  test('under load: every request has its answer', async () => {
    let server = await answering('0')
    const { port } = await server.listen(0)
    const end = new AbortController()
    const clients = [true, false, true, false].map(async (keepAlive) => {
      const agent = new http.Agent({ keepAlive, maxSockets: 1 })
      while (!end.signal.aborted) assert.match(await ask(port, agent), /^\d+$/)
      agent.destroy()
    })
    const closed: Promise<unknown>[] = []
    for (let number = 1; number <= 10; number++) {
      const next = await answering(String(number))
      await move(server, next)
      closed.push(server.close(Infinity))
      server = next
      assert.equal(await ask(port, new http.Agent()), String(number))
    }
    end.abort()
    await Promise.all([...clients, ...closed])
    await server.close(LONG_MS)
  })

  test('what has begun ends where it began, and its connection with it', async () => {
    const begun = Promise.withResolvers<() => void>()
    const old = await serverOf((exchange) => {
      const done = Promise.withResolvers<void>()
      begun.resolve(() => {
        exchange.answer(200, 'old')
        done.resolve()
      })
      return done.promise
    })
    const { port } = await old.listen(0)
    const answer = exchangeRaw(port, REQUEST)
    const finish = await begun.promise
    const next = await answering('new')
    await move(old, next)
    const closed = old.close(Infinity)
    assert.match(await exchangeRaw(port, REQUEST.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')), /new$/)
    finish()
    assert.match(await answer, /Connection: close\r\n(.*\r\n)*\r\nold$/)
    await closed
    await next.close(LONG_MS)
  })

  test('a client whose connection was taken before it has asked is answered', async () => {
    const old = await answering('old')
    const { port } = await old.listen(0)
    const client = net.connect(port, '127.0.0.1')
    await once(client, 'connect')
    const next = await answering('new')
    await move(old, next)
    const closed = old.close(Infinity)
    client.write(REQUEST)
    assert.match(await text(client), /^HTTP\/1\.1 200 OK\r\n(.*\r\n)*\r\n(old|new)$/)
    await closed
    await next.close(LONG_MS)
  })

  test('a kept connection that is silent is closed before the port moves', async () => {
    const old = await answering('old')
    const { port } = await old.listen(0)
    const client = net.connect(port, '127.0.0.1')
    client.write(REQUEST)
    await once(client, 'data')
    const ended = once(client.resume(), 'close')
    await old.drain()
    await ended
    await old.close(LONG_MS)
  })

  test('beside another that listens already: takes what waits and goes', async () => {
    const old = await answering('old')
    const { port } = await old.listen(0, { reusePort: true })
    const next = await answering('new')
    await old.drain()
    await next.listen(port, { reusePort: true })
    await old.leave()
    const closed = old.close(Infinity)
    for (let i = 0; i < 8; i++) assert.equal(await ask(port, new http.Agent()), 'new')
    await closed
    await next.close(LONG_MS)
  })

  test('a server that does not listen has nothing to give', async () => {
    const server = await answering('none')
    assert.equal(server.release(), null)
    await server.close(LONG_MS)
  })
})
