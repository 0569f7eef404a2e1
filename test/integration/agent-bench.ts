// What a test of an async agent stands on: a broker that runs, a source of messages of its own, and a backend that remembers them.

import { after, before, beforeEach } from 'node:test'
import { type RunningCommand, startCommand } from '../../src/testing/process.ts'
import { agentFile, type Recorder, startRecorder } from './agent-kit.ts'
import type { TestServer } from './servers.ts'

/** A queue, a stream or a topic that nobody has used before, and who reads it. */
export interface AgentSource {
  /** The agent's `topic`. */
  readonly topic: string
  /** The driver's namespace with what it needs to read this source, and the options that a test adds. */
  driver(more: object): Readonly<Record<string, unknown>>
  publish(bodies: readonly string[]): Promise<void>
  /** Messages that the broker does not know as handled yet; while somebody reads, some brokers leave those out that are under way. */
  countOpen(): Promise<number>
  /** Resolves when the broker has noticed that nobody reads any more. */
  untilLeft(): Promise<void>
}

export interface AgentBroker {
  readonly server: TestServer
  /** How the log calls it: `amqp`. */
  readonly name: string
  /** What stands in the driver's block in place of this broker where nobody listens. */
  readonly nowhere: object
  /** Messages that may come twice when a gateway dies: those under way, and those whose acknowledgement had not left. */
  readonly mostRepeated: number
  /** Milliseconds that a broker needs after it listens until it gives out messages again, beyond back-off and a second. */
  readonly recoveryMs: number
  /** Whether what a gateway leaves at a reload comes again before what follows it. */
  readonly keepsOrder: boolean
  create(): Promise<AgentSource>
  /** Connects the test itself again, after the server was away. */
  dial(): Promise<void>
  close(): Promise<void>
}

export interface AgentBench<B extends AgentBroker = AgentBroker> {
  broker: B
  /** Of the running test. */
  source: AgentSource
  backend: Recorder
  /** A configuration whose agent reads the source. */
  file(block?: object, agent?: { readonly consumer?: object; readonly connection?: object }, to?: Recorder): object
  /** The gateway with it. */
  serve(...given: Parameters<AgentBench['file']>): Promise<RunningCommand>
}

/** Starts the broker for the tests of the suite that calls it. */
export function agentBench<B extends AgentBroker>(start: () => Promise<B>): AgentBench<B> {
  const bench = {
    file(block = {}, agent = {}, to = bench.backend) {
      const consumer = { topic: bench.source.topic, ...agent.consumer }
      return agentFile(to, bench.source.driver(block), { ...agent, consumer })
    },
    serve: (...given) => startCommand(bench.file(...given)),
  } as AgentBench<B>
  before(async () => {
    bench.broker = await start()
  })
  beforeEach(async (context) => {
    bench.source = await bench.broker.create()
    const backend = await startRecorder()
    bench.backend = backend
    if ('after' in context) context.after(() => backend.close())
  })
  after(async () => {
    await bench.broker.close()
    await bench.broker.server.remove()
  })
  return bench
}
