// Driver `_gw/async/nats`: the messages of a stream of NATS JetStream go through an agent's pipe, each acknowledged when all of it succeeded.

import type { Static } from 'typebox'
import { openJetStream, type StreamMessage } from '../../../brokers/jetstream.ts'
import type { Opened } from '../../../brokers/link.ts'
import { nameNats } from '../../../brokers/nats.ts'
import { checkPeer, type Peer, requirePeer } from '../../../brokers/peers.ts'
import { type AgentSite, driver } from '../../../engine/compile/component.ts'
import { certainIssue, type Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { prefetchOf, runAgent, type Subscription } from '../run-agent.ts'
import type { Message } from '../workers.ts'

const options = Type.Object({
  servers: Type.String({ default: '', description: 'Where NATS is: `nats://user:password@host:4222`, several with commas; `tls://`.' }),
  stream: Type.String({ default: '', description: 'Stream that messages are taken from; it must be there.' }),
  consumer: Type.String({
    default: '',
    description: 'Durable consumer of the stream, which remembers what was handled; made where it is not there.',
  }),
  offset: Type.String({
    default: 'oldest',
    known: ['oldest', 'newest'],
    description: 'Where a consumer begins that is made here: `oldest` is all of the stream, `newest` what comes from now on.',
  }),
  prefetch_count: Type.Integer({
    default: 0,
    description: 'Messages that wait for workers or are handled; 0: 10, at least two for each worker.',
  }),
  max_attempts: Type.Integer({
    default: 10,
    description: 'How often a message is tried, a second apart; once at least. One that still fails is passed, with its place in the log.',
  }),
})

type Options = Static<typeof options>

const PEERS: readonly Peer[] = ['@nats-io/transport-node', '@nats-io/jetstream']
/** JetStream's rule for names. */
const NAME = /^[^\s.*>/\\]{1,255}$/
/** Beyond what its messages may take before they are handled, so that none is given out a second time meanwhile. */
const MORE_MS = 5000

export const asyncNats = driver({
  namespace: '_gw/async/nats',
  options,
  check: (given) => [...PEERS.flatMap((peer) => checkPeer(peer)), ...checkGiven(given)],
  start(given, site) {
    for (const peer of PEERS) requirePeer(peer, `${site.label} _gw/async/nats`)
    return runAgent(site, {
      driver: 'NATS',
      broker: nameNats(given.servers),
      subscribe: (push, signal) => subscribe(given, site, push, signal),
    })
  },
})

function checkGiven({ servers, stream, consumer }: Options): Issue[] {
  const issues: Issue[] = []
  const hint = 'write "servers": "nats://nats:4222", "stream": "ORDERS" and "consumer": "gateway"'
  const tell = (option: string, message: string): void => void issues.push(certainIssue('start', 'invalid-host', [option], message, hint))
  if (servers.trim() === '') tell('servers', 'names no server')
  if (!NAME.test(stream)) tell('stream', 'is no name of a stream')
  if (!NAME.test(consumer)) tell('consumer', 'is no name of a consumer')
  return issues
}

function subscribe(given: Options, site: AgentSite, push: (message: Message) => void, signal: AbortSignal): Promise<Opened<Subscription>> {
  const { agent, log } = site
  const ahead = prefetchOf(given.prefetch_count, agent)
  const tell = (text: string): void => log.error(`[SERVICE: AsyncAgent][NATS][${agent.name}] ${text}`)
  const settings = {
    ...given,
    subject: agent.topic,
    ahead,
    ackWaitMs: agent.timeoutMs * (Math.ceil(ahead / agent.workers) + 1) + MORE_MS,
  }
  return openJetStream(settings, (message) => push(messageOf(message, given, tell)), signal)
}

function messageOf(message: StreamMessage, { max_attempts: most }: Options, tell: (text: string) => void): Message {
  return {
    body: message.body,
    isRepeated: message.attempt > 1,
    begin: message.begin,
    succeed: message.settle,
    fail() {
      if (message.attempt < most) return message.giveBack()
      message.pass()
      tell(`${message.name} failed ${message.attempt} times: it is passed`)
    },
  }
}
