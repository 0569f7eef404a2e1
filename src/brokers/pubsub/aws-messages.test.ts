import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from './address.ts'
import { readSettings } from './aws-address.ts'
import { makeSite } from '../../testing/index.ts'
import { readBody, writeMessage } from './aws-messages.ts'
import { sqs } from './sqs.ts'

const textOf = (text: string, isRaw = false, isBase64 = false): string => readBody(text, isBase64, isRaw).toString()

test('metadata become attributes, escaped as gocloud does; those of an order become fields', () => {
  const metadata = new Map([
    ['X-A', 'a b/c;,$+:'],
    ['a b€', 'x'],
    ['Messagegroupid', 'g'],
    ['Deduplicationid', 'd'],
    ['__proto__', 'p'],
  ])
  const { text, attributes, ordering } = writeMessage({ body: Buffer.from('é'), metadata })
  assert.equal(text, 'é')
  assert.deepEqual(
    Object.entries(attributes).map(([name, { StringValue: value }]) => [name, value]),
    [
      ['X-A', 'a%20b%2Fc%3B%2C$+:'],
      ['a__0x20__b__0x20ac__', 'x'],
      ['__proto__', 'p'],
    ],
  )
  assert.deepEqual(ordering, { MessageGroupId: 'g', MessageDeduplicationId: 'd' })
})

test('what is no text travels in base64', () => {
  const { text, attributes } = writeMessage({ body: Buffer.from([0xff, 0xfe]), metadata: new Map() })
  assert.deepEqual([text, attributes['base64encoded']?.StringValue], ['//4=', 'true'])
  assert.deepEqual([...readBody(text, true, false)], [0xff, 0xfe])
})

test('an envelope of SNS is opened, unless it is wanted; anything else is left as it is', () => {
  const envelope = '{"TopicArn":"arn","Message":"aGk=","MessageAttributes":{"base64encoded":{"Value":"true"}}}'
  assert.equal(textOf(envelope), 'hi')
  assert.equal(textOf(envelope, true), envelope)
  for (const text of ['{"TopicArn":"","Message":"x"}', '{"TopicArn":', '["TopicArn"]', '']) assert.equal(textOf(text), text)
  assert.equal(textOf('{"TopicArn":"arn"}'), '')
})

test('the URL says where the client goes; what it says wrong can never be opened', () => {
  const read = (query: string) => readSettings(parseAddress(`awssqs://h/q?${query}`, 'topic') ?? assert.fail())
  const flags = { isAnonymous: false, useDualstackEndpoint: false, useFipsEndpoint: false }
  assert.deepEqual(read(''), flags)
  assert.deepEqual(read('region=r&endpoint=http://e:1&profile=p&anonymous=true&fips=1&awssdk=v2'), {
    ...flags,
    region: 'r',
    endpoint: 'http://e:1',
    profile: 'p',
    isAnonymous: true,
    useFipsEndpoint: true,
  })
  assert.throws(() => read('endpoint=nowhere'), /the endpoint "nowhere" is no URL/)
  assert.throws(() => read('dualstack=maybe'), /invalid value of dualstack: "maybe"/)
  const connect = (url: string) => sqs.connect(parseAddress(url, 'subscription') ?? assert.fail(), makeSite(), 'topic')
  assert.throws(() => connect('awssqs://h/q?waittime=soon'), /invalid value of waittime: "soon"/)
  assert.deepEqual(
    ['awssqs://h/q?region=r&raw=true', 'awssqs://h/q?endpoint=http://u:p@e:1'].map((url) => connect(url).name),
    ['sqs r', 'sqs http://e:1'],
  )
})
