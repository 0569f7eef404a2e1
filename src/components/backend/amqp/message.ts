// What a request becomes as a message of AMQP: its routing key and its properties. Knows no connection.

import type { Options } from 'amqplib'
import type { Envelope } from '../../../brokers/amqp-outlet.ts'
import type { Clock } from '../../../engine/compile/component.ts'
import type { PipeRequest } from '../../../engine/types.ts'
import { textOfBytes } from '../../../go/text.ts'
import type { ProducerOptions } from './options.ts'

type ReadParam = (request: PipeRequest) => string | undefined

/** `credentials`: values of Authorization that are left out. */
export function compileMessage(
  given: ProducerOptions,
  { now }: Pick<Clock, 'now'>,
  credentials: ReadonlySet<string>,
): (request: PipeRequest) => Envelope {
  const readKey = given.static_routing_key ? () => given.routing_key : paramReader(given.routing_key)
  const [expiration, replyTo, messageId, priority] = [given.exp_key, given.reply_to_key, given.msg_id_key, given.priority_key].map(
    paramReader,
  ) as [ReadParam, ReadParam, ReadParam, ReadParam]
  const { mandatory } = given
  return function makeMessage(request) {
    const properties: Options.Publish = {
      ...defined('contentType', textOfBytes(request.headers.get('Content-Type') ?? '')),
      timestamp: Math.trunc(now() / 1000),
      headers: listHeaders(request, credentials),
      mandatory,
      ...defined('expiration', expiration(request)),
      ...defined('replyTo', replyTo(request)),
      ...defined('messageId', messageId(request)),
      ...defined('priority', readPriority(priority(request))),
    }
    return { routingKey: readKey(request) ?? '', properties }
  }
}

/** The value of a parameter; nothing where no parameter is named. */
function paramReader(name: string): ReadParam {
  return name === '' ? () => undefined : ({ params }) => params.get(name)
}

function defined<K extends string, V extends string | number>(key: K, value: V | null | undefined): Partial<Record<K, V>> {
  return value === undefined || value === null || value === '' ? {} : ({ [key]: value } as Record<K, V>)
}

/** compat: each name with the list of its values, even of one. */
function listHeaders({ headers: { fields } }: PipeRequest, credentials: ReadonlySet<string>): Record<string, string[]> {
  const lists = new Map<string, string[]>()
  for (let i = 0; i < fields.length; i += 2) {
    const [name, value] = [fields[i] as string, fields[i + 1] as string]
    if (name === 'Authorization' && credentials.has(value)) continue
    const list = lists.get(name)
    if (list === undefined) lists.set(name, [textOfBytes(value)])
    else list.push(textOfBytes(value))
  }
  return Object.fromEntries(lists)
}

/** compat: what Go keeps of an integer in eight bits; of 0, and of anything else, nothing is said. */
function readPriority(text = ''): number | null {
  return /^[+-]?\d{1,18}$/.test(text) ? Number(BigInt.asUintN(8, BigInt(text))) || null : null
}
