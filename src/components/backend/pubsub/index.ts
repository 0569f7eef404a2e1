// Components `backend/pubsub/publisher` and `backend/pubsub/subscriber`: a request becomes a message of a topic, or takes one of a subscription.

import { randomUUID } from 'node:crypto'
import type { Static } from 'typebox'
import { brokerError, NOT_CONNECTED } from '../../../brokers/errors.ts'
import { keepConnection, keepOn } from '../../../brokers/kept.ts'
import type { Link } from '../../../brokers/link.ts'
import { checkPeer, requirePeer } from '../../../brokers/peers.ts'
import type { Address, Kind } from '../../../brokers/pubsub/address.ts'
import { type Client, OpenError, type Send, UnknownParameterError } from '../../../brokers/pubsub/scheme.ts'
import { findScheme, schemesOf } from '../../../brokers/pubsub/schemes.ts'
import { type CheckedBlock, component, type Site } from '../../../engine/compile/component.ts'
import type { Layer, Pipe, PipeRequest } from '../../../engine/types.ts'
import { textOfBytes } from '../../../go/text.ts'
import { certainIssue, type Issue } from '../../../schema/issue.ts'
import { suggestHint } from '../../../schema/suggest.ts'
import { Type } from '../../../schema/type.ts'
import { answerWith, compileMessageDecoder, hostCredentials, TAKEN } from '../broker-answers.ts'

const publisherOptions = Type.Object({
  topic_url: Type.String({ default: '', description: 'What follows the host: the topic, with its parameters. `orders?natsv2`.' }),
})

const subscriberOptions = Type.Object({
  subscription_url: Type.String({ default: '', description: 'What follows the host: the subscription, with its parameters.' }),
})

export const pubsubPublisher = component({
  stage: 'backend',
  namespace: 'backend/pubsub/publisher',
  options: publisherOptions,
  reading: 'struct',
  answers: true,
  check: ({ topic_url: url }: Static<typeof publisherOptions>, block) => checkUrl(url, 'topic', block),
  build: ({ topic_url: url }, site) => openPipe(url, 'topic', site, compilePublisher),
})

export const pubsubSubscriber = component({
  stage: 'backend',
  namespace: 'backend/pubsub/subscriber',
  options: subscriberOptions,
  reading: 'struct',
  answers: true,
  check: ({ subscription_url: url }: Static<typeof subscriberOptions>, block) => checkUrl(url, 'subscription', block),
  build: ({ subscription_url: url }, site) => openPipe(url, 'subscription', site, compileSubscriber),
})

const OPTION = { topic: 'topic_url', subscription: 'subscription_url' } as const
const TITLE = { topic: 'Publisher', subscription: 'Subscriber' } as const

/** compat: what can never be opened is left to the HTTP backend below, as KrakenD does, and fails there with each request. */
async function openPipe(
  url: string,
  kind: Kind,
  site: Site,
  compile: (connection: Link<Client>, address: Address, site: Site) => Pipe,
): Promise<Layer<Pipe> | null> {
  try {
    const { address, entry } = findScheme(`${site.backend?.hosts[0] ?? ''}${url}`, kind)
    requirePeer(entry.peer, `${site.label} backend/pubsub`)
    const connecting = (await entry.load()).connect(address, site, kind)
    const { scheme: tag } = address
    const connection = keepConnection(site, { ...connecting, key: `pubsub ${tag} ${connecting.key}`, tag, maxRetries: 0, backOff: '' })
    const pipe = compile(connection, address, site)
    site.log.debug(`${site.label}[PubSub] ${TITLE[kind]} initialized sucessfully`)
    return () => pipe
  } catch (error) {
    if (!(error instanceof OpenError)) throw error
    site.log.error(`${site.label}[PubSub] ${error.message}`)
    return null
  }
}

function compilePublisher(connection: Link<Client>, address: Address, site: Site): Pipe {
  const credentials = hostCredentials(site)
  let own: { client: Client; send: Send } | null = null
  site.waitFor(connection.attempted)
  return async function publish(request, scope) {
    const body = await request.body.bytes()
    const client = connection.value
    if (client === null) throw NOT_CONNECTED
    if (own?.client !== client) own = { client, send: client.topic(address) }
    try {
      await scope.wait(own.send({ body, metadata: metadataOf(request, credentials) }, scope))
    } catch (error) {
      throw scope.reason ?? brokerError(error)
    }
    return TAKEN
  }
}

function compileSubscriber(connection: Link<Client>, address: Address, site: Site): Pipe {
  const subscriber = randomUUID()
  const source = keepOn(site, connection, { tag: 'PubSub', backOff: '' }, (client) => client.subscribe(address, subscriber))
  const decode = compileMessageDecoder(site)
  const manipulate = site.manipulate()
  return async function receive(_request, scope) {
    if (source.value === null) throw NOT_CONNECTED
    let message
    try {
      message = await source.value.take(scope)
    } catch (error) {
      throw scope.reason ?? brokerError(error)
    }
    let data
    try {
      data = decode(message.body)
    } catch (error) {
      message.leave()
      throw error
    }
    try {
      const told = message.ack()
      if (told !== undefined) await scope.wait(told)
    } catch (error) {
      throw scope.reason ?? brokerError(error)
    }
    return answerWith(data, manipulate)
  }
}

/** compat: of a header that came several times the first value. */
function metadataOf({ headers: { fields } }: PipeRequest, credentials: ReadonlySet<string>): Map<string, string> {
  const metadata = new Map<string, string>()
  for (let i = 0; i < fields.length; i += 2) {
    const [name, value] = [fields[i] as string, fields[i + 1] as string]
    if (metadata.has(name) || (name === 'Authorization' && credentials.has(value))) continue
    metadata.set(name, textOfBytes(value))
  }
  return metadata
}

function checkUrl(url: string, kind: Kind, { place }: CheckedBlock): Issue[] {
  const [host] = place?.backend?.hosts ?? []
  if (host === undefined) return []
  try {
    return checkPeer(findScheme(`${host}${url}`, kind).entry.peer)
  } catch (error) {
    if (!(error instanceof OpenError)) throw error
    const message = `${error.message}; every call fails`
    if (error instanceof UnknownParameterError)
      return [certainIssue('requests', 'unknown-url-parameter', [OPTION[kind]], message, hintForParameter(error, kind))]
    const hint = `write "host": ["nats://"] (or ${schemesOf(kind).join(', ')}) and "disable_host_sanitize": true at the backend`
    return [certainIssue('requests', 'invalid-host', [OPTION[kind]], message, hint)]
  }
}

function hintForParameter({ parameter, known }: UnknownParameterError, kind: Kind): string {
  const there = known.length === 0 ? `a ${kind} has none there` : `a ${kind} has ${known.join(', ')} there`
  return suggestHint(parameter, known) || there
}
