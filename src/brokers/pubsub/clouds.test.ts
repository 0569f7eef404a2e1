import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Kind, parseAddress } from './address.ts'
import { azure } from './azure.ts'
import { gcp } from './gcp.ts'
import { makeSite } from '../../testing/index.ts'
import { OpenError, type Scheme } from './scheme.ts'

const KEY = 'SharedAccessKeyName=name;SharedAccessKey=secret'

function connect(scheme: Scheme, url: string, kind: Kind, environment: Record<string, string> = {}) {
  return scheme.connect(parseAddress(url, kind) ?? assert.fail(), makeSite({ environment }), kind)
}

test('topics and subscriptions of Google, in both forms; what names none can never be opened', () => {
  assert.equal(connect(gcp, 'gcppubsub://projects/p/topics/t', 'topic').name, 'pubsub pubsub.googleapis.com')
  assert.equal(connect(gcp, 'gcppubsub://p/s?nacklazy=true&max_recv_batch_size=10', 'subscription').key, '')
  const emulator = { PUBSUB_EMULATOR_HOST: '127.0.0.1:8085' }
  assert.equal(connect(gcp, 'gcppubsub://p/t', 'topic', emulator).name, 'pubsub 127.0.0.1:8085')
  const wrong: [string, Kind, RegExp][] = [
    ['gcppubsub://t', 'topic', /^open gcppubsub:\/\/t: it names no topic; write projects\/PROJECT\/topics\/NAME$/],
    ['gcppubsub://p/t?max_send_batch_size=1001', 'topic', /invalid value of max_send_batch_size: "1001" is no number from 1 to 1000$/],
    ['gcppubsub://p/t?max_send_batch_size=', 'topic', /invalid value of max_send_batch_size: "" /],
    ['gcppubsub://p/s?nacklazy=tRue', 'subscription', /invalid value of nacklazy: "tRue"$/],
  ]
  for (const [url, kind, message] of wrong)
    assert.throws(
      () => connect(gcp, url, kind),
      (error) => isRefused(error, message),
    )
})

test('topics and subscriptions of Azure; names and errors have no key', () => {
  const environment = { SERVICEBUS_CONNECTION_STRING: `Endpoint=sb://shop.servicebus.windows.net/;${KEY}` }
  assert.equal(connect(azure, 'azuresb://t', 'topic', environment).name, 'servicebus shop.servicebus.windows.net')
  assert.equal(connect(azure, 'azuresb://t?subscription=s&listener_timeout=5s', 'subscription', environment).key.length > 0, true)
  const host = { AZURE_SERVICEBUS_HOSTNAME: 'shop.servicebus.windows.net' }
  const wrong: [string, Kind, Record<string, string>, RegExp][] = [
    ['azuresb://t', 'topic', {}, /: SERVICEBUS_CONNECTION_STRING environment variable not set$/],
    ['azuresb://t', 'topic', host, /AZURE_SERVICEBUS_HOSTNAME needs Azure's default credentials, .*: set SERVICEBUS_CONNECTION_STRING$/],
    ['azuresb://t', 'topic', { SERVICEBUS_CONNECTION_STRING: KEY }, /SERVICEBUS_CONNECTION_STRING has no "Endpoint=sb:/],
    ['azuresb://', 'topic', environment, /it names no topic$/],
    ['azuresb://t', 'subscription', environment, /missing required query parameter subscription$/],
    ['azuresb://t?subscription=s&listener_timeout=-1s', 'subscription', environment, /invalid value of listener_timeout: "-1s"$/],
    ['azuresb://t?subscription=s&max_recv_batch_size=0', 'subscription', environment, /invalid value of max_recv_batch_size: "0" /],
  ]
  for (const [url, kind, own, message] of wrong)
    assert.throws(
      () => connect(azure, url, kind, own),
      (error) => isRefused(error, message),
    )
})

/** `secret` stands in no error. */
function isRefused(error: unknown, message: RegExp): true {
  assert.ok(error instanceof OpenError)
  assert.match(error.message, message)
  assert.doesNotMatch(error.message, /secret/)
  return true
}
