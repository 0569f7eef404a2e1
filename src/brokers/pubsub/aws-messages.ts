// How gocloud writes messages to SQS and SNS and reads them again: attributes, bodies that are no text, envelopes. Pure.

import { isUtf8 } from 'node:buffer'
import { escapeText, percent } from '../../go/url-escape.ts'
import { isObject } from '../../json/types.ts'
import { parseBounded } from '../../json/bounded-parse.ts'
import type { OutgoingMessage } from './scheme.ts'

export interface AwsMessage {
  readonly text: string
  readonly attributes: Record<string, { DataType: 'String'; StringValue: string }>
  /** What queues and topics with an order (`.fifo`) want. */
  readonly ordering: { MessageGroupId?: string; MessageDeduplicationId?: string }
}

const BASE64 = 'base64encoded'
/** compat: the names of gocloud, which no header of KrakenD can have: here in any case. */
const GROUP = 'messagegroupid'
const DEDUPLICATION = 'deduplicationid'

export function writeMessage({ body, metadata }: OutgoingMessage): AwsMessage {
  const attributes: [string, { DataType: 'String'; StringValue: string }][] = []
  const ordering: AwsMessage['ordering'] = {}
  for (const [name, value] of metadata) {
    const key = name.toLowerCase()
    if (key === GROUP) ordering.MessageGroupId = value
    else if (key === DEDUPLICATION) ordering.MessageDeduplicationId = value
    else attributes.push([escapeName(name), { DataType: 'String', StringValue: escapeValue(value) }])
  }
  const isText = isUtf8(body)
  if (!isText) attributes.push([BASE64, { DataType: 'String', StringValue: 'true' }])
  return { text: body.toString(isText ? 'utf8' : 'base64'), attributes: Object.fromEntries(attributes), ordering }
}

/** The body of a message of SQS; `isRaw`: an envelope of SNS is the body. */
export function readBody(text: string, isBase64: boolean, isRaw: boolean): Buffer {
  const envelope = isRaw ? null : readEnvelope(text)
  if (envelope !== null) return Buffer.from(envelope.text, envelope.isBase64 ? 'base64' : 'utf8')
  return Buffer.from(text, isBase64 ? 'base64' : 'utf8')
}

export function hasBase64(attributes: Readonly<Record<string, unknown>> | undefined): boolean {
  return attributes !== undefined && Object.hasOwn(attributes, BASE64)
}

/** What SNS wraps a message in on its way into a queue; null for anything else. */
function readEnvelope(text: string): { text: string; isBase64: boolean } | null {
  if (!text.includes('"TopicArn"')) return null
  let parsed: unknown
  try {
    parsed = parseBounded(text)
  } catch {
    return null
  }
  if (!isObject(parsed) || typeof parsed['TopicArn'] !== 'string' || parsed['TopicArn'] === '') return null
  const { Message: message, MessageAttributes: attributes } = parsed
  return { text: typeof message === 'string' ? message : '', isBase64: isObject(attributes) && hasBase64(attributes) }
}

function escapeName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_.-]/gu, (character) => `__0x${(character.codePointAt(0) as number).toString(16)}__`)
}

/** Go's url.PathEscape. */
function escapeValue(value: string): string {
  return escapeText(value, 'path').replaceAll(/[/;,]/g, (character) => percent(character.charCodeAt(0)))
}
