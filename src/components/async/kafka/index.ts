// Driver `_gw/async/kafka`: the messages of a topic of Kafka go through an agent's pipe, each committed when all of it succeeded.

import { randomUUID } from 'node:crypto'
import type { Static } from 'typebox'
import { type KafkaProducer, openProducer, parseBrokers } from '../../../brokers/kafka.ts'
import { kafkaAccessOf } from '../../../brokers/kafka-access.ts'
import { type KafkaRecord, openKafkaReader } from '../../../brokers/kafka-consumer.ts'
import type { Opened } from '../../../brokers/link.ts'
import { checkPeer, requirePeer } from '../../../brokers/peers.ts'
import { type AgentSite, ConfigError, driver } from '../../../engine/compile/component.ts'
import { quote } from '../../../go/quote.ts'
import { certainIssue, type Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { prefetchOf, runAgent, type Subscription } from '../run-agent.ts'
import type { Message } from '../workers.ts'
import { type AttemptInit, messageOf } from './attempts.ts'

const options = Type.Object({
  brokers: Type.String({ default: '', description: 'Where the cluster is: `host:port`, several with commas.' }),
  group: Type.String({ default: '', description: 'Consumer group that the agent is a member of: it remembers what was handled.' }),
  offset: Type.String({
    default: 'oldest',
    known: ['oldest', 'newest'],
    description: 'Where a group begins that has read nothing yet: `oldest` is all of the topic, `newest` what comes from now on.',
  }),
  prefetch_count: Type.Integer({
    default: 0,
    description: 'Messages that wait for workers or are handled; 0: 10, at least two for each worker.',
  }),
  max_attempts: Type.Integer({
    default: 10,
    description: 'How often a message is tried, a second apart; once at least. One that still fails is passed, with its place in the log.',
  }),
  dead_letter_topic: Type.String({
    default: '',
    description: 'Where a message goes that is passed, with its key and headers. Empty: nowhere.',
  }),
})

type Options = Static<typeof options>

export const asyncKafka = driver({
  namespace: '_gw/async/kafka',
  options,
  check: (given) => [...checkPeer('@platformatic/kafka'), ...checkGiven(given)],
  start(given, site) {
    requirePeer('@platformatic/kafka', `${site.label} _gw/async/kafka`)
    const problems = checkGiven(given)
    if (problems[0] !== undefined) throw new ConfigError(`${site.label} _gw/async/kafka: ${problems[0].message}`)
    const member = randomUUID()
    return runAgent(site, {
      driver: 'Kafka',
      broker: parseBrokers(given.brokers)?.join() ?? '',
      subscribe: (push) => subscribe(given, member, site, push),
    })
  },
})

function checkGiven({ brokers, group }: Options): Issue[] {
  const issues: Issue[] = []
  const tell = (option: string, message: string): void => {
    issues.push(certainIssue('start', 'invalid-host', [option], message, 'write "brokers": "kafka:9092" and "group": "gateway"'))
  }
  // security: who writes a password there must not find it in a log.
  if (parseBrokers(brokers) === null) tell('brokers', brokers === '' ? 'names no broker' : 'is no list of host:port')
  if (group === '') tell('group', `${quote(group)} is no consumer group`)
  return issues
}

async function subscribe(given: Options, member: string, site: AgentSite, push: (message: Message) => void): Promise<Opened<Subscription>> {
  const { agent, log } = site
  const title = `[SERVICE: AsyncAgent][Kafka][${agent.name}]`
  const cluster = { brokers: parseBrokers(given.brokers) ?? [], access: kafkaAccessOf(site) }
  const outlet = given.dead_letter_topic === '' ? null : await openProducer(cluster)
  let isOver = false
  // What a broker that was lost had given out comes from it once more.
  const again = (message: Message): void => (isOver ? undefined : push(message))
  try {
    const attempts = attemptsOf(given, outlet?.value ?? null, again, (text) => log.error(`${title} ${text}`))
    const settings = {
      cluster,
      group: given.group,
      member,
      topics: [agent.topic],
      from: given.offset === 'newest' ? 'latest' : 'earliest',
      ahead: prefetchOf(given.prefetch_count, agent),
    } as const
    const reader = await openKafkaReader(settings, (record) => push(messageOf(record, attempts)))
    const pause = (): Promise<void> => Promise.resolve(reader.value.pause())
    const close = async (): Promise<void> => {
      await reader.close()
      await outlet?.close()
    }
    const ended = endOf(reader, outlet, close)
    void ended.then(() => (isOver = true))
    return { value: { pause }, ended, close }
  } catch (error) {
    await outlet?.close()
    throw error
  }
}

function attemptsOf(
  given: Options,
  outlet: KafkaProducer | null,
  again: (message: Message) => void,
  tell: (text: string) => void,
): AttemptInit {
  return {
    most: given.max_attempts,
    again,
    async pass({ body, headers, key, name }: KafkaRecord, attempts) {
      const place = { topic: given.dead_letter_topic, value: body, headers: new Map(headers) }
      await outlet?.send(key === undefined ? place : { ...place, key })
      tell(`${name} failed ${attempts} times: it is passed${outlet === null ? '' : `, and is in ${quote(given.dead_letter_topic)}`}`)
    },
  }
}

/** Neither is of use without the other. */
async function endOf(reader: Opened<unknown>, outlet: Opened<unknown> | null, close: () => Promise<void>): Promise<string> {
  const reason = await Promise.race([reader.ended, ...(outlet === null ? [] : [outlet.ended])])
  await close()
  return reason
}
