// What an event of a stream costs: a backend writes events one by one, clients count them.

import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { startGateway } from './gateway.ts'
import { cpuMicros } from './processes.ts'
import type { Figure, Place } from './start-figures.ts'
import { median } from './statistics.ts'

const STREAMS = 8
const EVENT = `data: ${JSON.stringify({ id: 4711, text: 'what has happened just now' })}\n\n`
/** Events that a stream writes before others have their turn. */
const IN_TURN = 16
const WARM_UP_MS = 2000

export async function measureStreams(place: Omit<Place, 'loadCore'>): Promise<Figure[]> {
  const backend = http.createServer((_request, response) => void writeEvents(response)).listen(0, '127.0.0.1')
  await once(backend, 'listening')
  const { port } = backend.address() as AddressInfo
  const runs: number[] = []
  for (let i = 0; i < place.runs; i++) runs.push(await microsPerEvent(place, port))
  backend.closeAllConnections()
  backend.close()
  const micros = median(runs)
  return [
    {
      name: `event stream, ${STREAMS} clients: events that one core forwards`,
      value: `${Math.round(1e6 / micros)} a second (${micros.toFixed(2)} µs each)`,
      target: '≥ 100,000 a second',
      krakend: '',
    },
  ]
}

async function microsPerEvent({ gatewayCore, folder, backendPort, seconds }: Omit<Place, 'loadCore'>, port: number): Promise<number> {
  const endpoints = [
    {
      endpoint: '/events',
      output_encoding: 'no-op',
      backend: [{ host: [`http://127.0.0.1:${port}`], url_pattern: '/', encoding: 'no-op' }],
      extra_config: { '_gw/stream': {} },
    },
  ]
  const gateway = await startGateway(gatewayCore, folder, backendPort, { endpoints })
  let bytes = 0
  const clients = Array.from({ length: STREAMS }, () =>
    http.get(`${gateway.url}/events`, { agent: false }, (response) => response.on('data', (chunk: Buffer) => (bytes += chunk.length))),
  )
  for (const client of clients) client.on('error', () => {})
  await sleep(WARM_UP_MS)
  const [cpuBefore, bytesBefore] = [cpuMicros(gateway.pid), bytes]
  await sleep(seconds * 1000)
  const events = (bytes - bytesBefore) / EVENT.length
  const micros = (cpuMicros(gateway.pid) - cpuBefore) / events
  for (const client of clients) client.destroy()
  await gateway.stop()
  return micros
}

/** Each event is written for itself, as long as the reader keeps up. */
async function writeEvents(response: http.ServerResponse): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  while (!response.closed) {
    let goesOn = true
    for (let i = 0; i < IN_TURN && goesOn; i++) goesOn = response.write(EVENT)
    if (goesOn) await new Promise(setImmediate)
    else await Promise.race([once(response, 'drain'), once(response, 'close')])
  }
}
