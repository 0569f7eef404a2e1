// Threads come and go with the code of plugins: no request is lost on the way, in whatever direction.

import assert from 'node:assert/strict'
import http from 'node:http'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GatewayConfig } from '../config/types.ts'
import { configOf } from '../testing/index.ts'
import { createResourcePool, createSharedMemory } from './shared.ts'
import { Station } from './station.ts'
import { type Backend, endpointOf, freePort, get, startBackend } from './test-support.ts'

const PAUSE_MS = 2

/** The code of plugins, as a check of the file finds it. */
const codeOf = (number: number): ReadonlyMap<string, string> => new Map([['/nowhere/plugins/a.ts', String(number)]])

function numbered(number: number, port: number, host: string): GatewayConfig {
  const proxy = { static: { strategy: 'always', data: { number } } }
  const quiet = { router: { disable_access_log: true }, 'telemetry/logging': { level: 'INFO', stdout: true } }
  return configOf({
    port,
    listen_ip: '127.0.0.1',
    extra_config: quiet,
    endpoints: [endpointOf('/number', host, { extra_config: { proxy } })],
  })
}

class Rig {
  readonly station: Station
  readonly lines: string[] = []
  readonly #backend: Backend
  readonly #port: number
  readonly #busy = new AbortController()
  #clients: Promise<void>[] = []

  static async open(t: TestContext, workers: number, movesSockets: boolean): Promise<Rig> {
    const rig = new Rig(await startBackend(), await freePort(), workers, movesSockets)
    t.after(() => rig.#close())
    await rig.serve(0, null)
    await rig.station.listen(numbered(0, rig.#port, rig.#backend.url))
    return rig
  }

  constructor(backend: Backend, port: number, workers: number, movesSockets: boolean) {
    this.#backend = backend
    this.#port = port
    const write = (text: string): void => void this.lines.push(...text.trimEnd().split('\n'))
    const none = (): never => {
      throw new Error('neither GELF nor syslog is configured')
    }
    const output = { write, drain: () => Promise.resolve(), end: () => Promise.resolve(), share() {}, gelf: none, syslog: none }
    this.station = new Station({
      workers,
      output,
      shared: createSharedMemory(),
      pool: createResourcePool(),
      imports: [],
      isStrict: false,
      movesSockets,
    })
  }

  async serve(number: number, pluginFiles: ReadonlyMap<string, string> | null): Promise<void> {
    await this.station.open({ config: numbered(number, this.#port, this.#backend.url), pluginFiles, files: [], sinceMs: 0 })
    await this.station.swap()
  }

  /** Routes that conflict: found by the threads that open it. */
  async serveBroken(pluginFiles: ReadonlyMap<string, string> | null): Promise<void> {
    const { url } = this.#backend
    const config = configOf({ port: this.#port, endpoints: [endpointOf('/a/{x}', url), endpointOf('/a/{y}', url)] })
    await this.station.open({ config, pluginFiles, files: [], sinceMs: 0 })
  }

  /** What is answered now. */
  async ask(agent?: http.Agent): Promise<number> {
    const { status, body } = await get(`http://127.0.0.1:${this.#port}/number`, agent)
    assert.equal(status, 200)
    return (JSON.parse(body) as { number: number }).number
  }

  /** Clients that ask every few milliseconds, over kept connections and over new ones, until the end. */
  load(): void {
    this.#clients = [true, false, true, false].map(async (keepAlive) => {
      const agent = new http.Agent({ keepAlive, maxSockets: 1 })
      while (!this.#busy.signal.aborted) {
        await this.ask(agent)
        // perf: whoever asks without a pause takes the time that threads need to start.
        await sleep(PAUSE_MS)
      }
      agent.destroy()
    })
  }

  /** Rejects when a client has lost a request. */
  async endLoad(): Promise<void> {
    this.#busy.abort()
    await Promise.all(this.#clients)
  }

  async #close(): Promise<void> {
    this.#busy.abort()
    await this.station.stop(1000)
    await this.#backend.close()
  }
}

for (const workers of [1, 2]) {
  describe(`${workers} worker${workers > 1 ? 's' : ''}`, () => {
    test('threads come with plugins, are renewed with their code and go with them, and no request is lost', async (t) => {
      const rig = await Rig.open(t, workers, true)
      rig.load()
      for (const [number, code] of [1, 2, 2, null, 3].entries()) {
        await rig.serve(number, code === null ? null : codeOf(code))
        for (let i = 0; i < 8; i++) assert.equal(await rig.ask(), number)
      }
      await rig.endLoad()
      const changes = rig.lines.flatMap((line) => line.split('plugins changed: ')[1] ?? [])
      const withoutPlugins = workers === 1 ? 'one thread serves' : 'fresh workers'
      assert.deepEqual(changes, ['fresh workers', 'fresh workers', withoutPlugins, 'fresh workers'])
    })

    test('what cannot be served leaves everything as it is, be it in the threads that serve or in fresh ones', async (t) => {
      const rig = await Rig.open(t, workers, true)
      for (const code of [null, codeOf(1)]) {
        await rig.serve(7, code)
        for (const other of [code, codeOf(2), null]) {
          await assert.rejects(rig.serveBroken(other), /conflicts with existing wildcard/)
          assert.equal(await rig.ask(), 7)
        }
      }
    })
  })
}

describe('where a listening socket cannot go to another thread', () => {
  test('fresh workers listen beside the old ones before these end', async (t) => {
    const rig = await Rig.open(t, 2, false)
    for (const code of [1, 2, null]) {
      await rig.serve(code ?? 3, code === null ? null : codeOf(code))
      for (let i = 0; i < 8; i++) assert.equal(await rig.ask(), code ?? 3)
    }
  })

  test('a thread that serves alone keeps the port, and the reload says what to do', async (t) => {
    const rig = await Rig.open(t, 1, false)
    await assert.rejects(rig.serve(1, codeOf(1)), /changed plugins need a restart here/)
    assert.equal(await rig.ask(), 0)
    await rig.serve(2, null)
    assert.equal(await rig.ask(), 2)
  })
})
