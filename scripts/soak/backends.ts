// Figures of backends: that close what they were just given, that hang, that break off.

import { once } from 'node:events'
import net from 'node:net'
import { startBackend, startSocketBackend } from '../../src/testing/backend.ts'
import { seeded } from '../../test/hostile/marked-traffic.ts'
import { endpoint } from '../../test/kit.ts'
import { type Figure, quantile, unless } from './figure.ts'
import { startBuilt } from './gateway.ts'
import { ask, askEvenly, askInTurn, forSeconds } from './load.ts'

const GETS = 20_000
const CLIENTS = 20
/** Every so manieth request is a POST. */
const POST_EVERY = 10
const MAX_IDLE_MS = 50
const ROUNDS = 5
const ROUND_S = 4
const NEIGHBOUR_RATE = 100
const MAX_RATIO = 1.2
const IN_FLIGHT = 50
const MAX_SHED_MS = 50

export const closingBackend: Figure = {
  name: 'closing-backend',
  what: `${GETS} GETs, and a POST for each ten of them, at a backend that closes idle connections after 1 to ${MAX_IDLE_MS} ms`,
  goal: 'no GET failed, no POST sent twice',
  async measure({ workers }) {
    const random = seeded(1)
    const posts = new Map<string, number>()
    const idle = new WeakMap<net.Socket, NodeJS.Timeout>()
    const backend = await startBackend((request, response) => {
      const id = request.headers['x-id']
      if (typeof id === 'string') posts.set(id, (posts.get(id) ?? 0) + 1)
      const { socket } = request
      clearTimeout(idle.get(socket))
      response.on('finish', () =>
        idle.set(
          socket,
          setTimeout(() => socket.destroy(), 1 + random() * (MAX_IDLE_MS - 1)),
        ),
      )
      response.end('{"a":1}')
    })
    const headers = { input_headers: ['X-Id'] }
    const gateway = await startBuilt(
      { endpoints: [endpoint('/a', backend.url), endpoint('/b', backend.url, { ...headers, method: 'POST' })] },
      workers,
    )
    let [gets, asked] = [0, 0]
    const outcomes = await askInTurn(CLIENTS, () => {
      if (gets === GETS) return null
      const i = asked++
      if (i % POST_EVERY === 0) return { url: `${gateway.url}/b`, options: { method: 'POST', headers: { 'X-Id': String(i) } } }
      gets++
      return { url: `${gateway.url}/a` }
    })
    await gateway.stop()
    await backend.close()
    const failedGets = outcomes.filter(({ status, method }) => status !== 200 && method === 'GET').length
    const failedPosts = outcomes.filter(({ status, method }) => status !== 200 && method === 'POST').length
    const twice = [...posts.values()].filter((count) => count > 1).length
    return {
      text: `${failedGets} of ${gets} GETs failed over ${backend.connections} connections; ${failedPosts} of ${outcomes.length - gets} POSTs failed, ${twice} were sent twice`,
      faults: [...unless(failedGets === 0, 'a GET failed'), ...unless(twice === 0, 'a POST was sent twice')],
    }
  },
}

export const neighbours: Figure = {
  name: 'neighbours',
  what: `an endpoint beside one whose backend hangs, breaks off and sends garbage, ${NEIGHBOUR_RATE} requests/s each, ${ROUNDS} rounds in turn`,
  goal: `no error, p99 ≤ ${MAX_RATIO} times that beside a healthy one`,
  async measure({ workers }) {
    const healthy = await startBackend()
    let count = 0
    const faulty = await startSocketBackend((socket) => {
      const kind = count++ % 4
      if (kind === 0) socket.resume()
      else
        socket.once('data', () => socket.end(['', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{', '\0\0garbage\r\n\r\n'][kind - 1] ?? ''))
    })
    const gateway = await startBuilt(
      {
        timeout: '1s',
        endpoints: [endpoint('/b', healthy.url), endpoint('/healthy', healthy.url), endpoint('/faulty', faulty.url)],
      },
      workers,
    )
    const beside = async (path: string): Promise<{ p99: number; failed: number }> => {
      const goesOn = forSeconds(ROUND_S)
      const [own] = await Promise.all([
        askEvenly(`${gateway.url}/b`, NEIGHBOUR_RATE, goesOn),
        askEvenly(`${gateway.url}${path}`, NEIGHBOUR_RATE, goesOn),
      ])
      return {
        p99: quantile(
          own.map(({ ms }) => ms),
          0.99,
        ),
        failed: own.filter(({ status }) => status !== 200).length,
      }
    }
    await beside('/faulty')
    const rounds = []
    for (let i = 0; i < ROUNDS; i++) rounds.push({ quiet: await beside('/healthy'), loud: await beside('/faulty') })
    await gateway.stop()
    await Promise.all([healthy.close(), faulty.close()])
    const median = (numbers: number[]): number => quantile(numbers, 0.5)
    const [before, after] = [median(rounds.map((round) => round.quiet.p99)), median(rounds.map((round) => round.loud.p99))]
    const failed = rounds.reduce((sum, round) => sum + round.loud.failed, 0)
    return {
      text: `${failed} errors, p99 ${after.toFixed(1)} ms against ${before.toFixed(1)} ms`,
      faults: [...unless(failed === 0, 'a neighbour failed'), ...unless(after <= before * MAX_RATIO, 'a neighbour became slower')],
    }
  },
}

export const shedding: Figure = {
  name: 'shedding',
  what: `backends that hang, max_in_flight ${IN_FLIGHT}, 400 requests/s more`,
  goal: `refused in < ${MAX_SHED_MS} ms (p99), /__health answers`,
  async measure({ workers }) {
    const backend = net.createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1')
    await once(backend, 'listening')
    const { port } = backend.address() as net.AddressInfo
    const gateway = await startBuilt(
      {
        timeout: '2s',
        extra_config: { '_gw/overload': { max_in_flight: IN_FLIGHT } },
        endpoints: [endpoint('/a', `http://127.0.0.1:${port}`)],
      },
      workers,
    )
    const goesOn = forSeconds(5)
    const probe = async (): Promise<boolean> => {
      let isWell = true
      while (goesOn()) isWell = (await ask(`${gateway.url}/__health`, false)).status === 200 && isWell
      return isWell
    }
    const [outcomes, isWell] = await Promise.all([askEvenly(`${gateway.url}/a`, 400, goesOn), probe()])
    const shed = outcomes.filter(({ status }) => status === 503).map(({ ms }) => ms)
    const p99 = quantile(shed, 0.99)
    await gateway.stop()
    backend.close()
    return {
      text: `${shed.length} of ${outcomes.length} refused, p99 ${p99.toFixed(1)} ms`,
      faults: [...unless(shed.length > 0 && p99 < MAX_SHED_MS, 'refusals were slow'), ...unless(isWell, 'a health check failed')],
    }
  },
}
