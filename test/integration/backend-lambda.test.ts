// `backend/lambda` against something that speaks like Lambda's Invoke API.

import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, describe, test } from 'node:test'
import { startBackend, type TestBackend } from '../../src/testing/backend.ts'
import { type RunningCommand, startCommand } from '../../src/testing/process.ts'

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', AWS_EC2_METADATA_DISABLED: 'true' }

interface Call {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

describe('backend/lambda', { timeout: 120_000 }, () => {
  let cloud: TestBackend
  let gateway: RunningCommand
  let calls: Call[] = []
  let react: (response: ServerResponse) => void

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request
    calls.push({ method, url, headers, body: await text(request) })
    react(response)
  }

  const respond = (status: number, body: string, headers: Record<string, string> = {}) => {
    react = (response) => response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body)
  }

  function endpoint(path: string, method: string, options: object): object {
    const extra = { 'backend/lambda': { region: 'eu-west-1', endpoint: cloud.url, max_retries: 1, ...options } }
    const backend = { host: ['http://unused'], url_pattern: '/', extra_config: extra }
    return { endpoint: path, method, timeout: '500ms', input_query_strings: ['*'], backend: [backend] }
  }

  before(async () => {
    cloud = await startBackend((request, response) => void answer(request, response))
    gateway = await startCommand(
      {
        extra_config: { router: { return_error_msg: true } },
        endpoints: [
          endpoint('/l/{userId}', 'GET', { function_name: 'fn' }),
          endpoint('/l', 'POST', { function_name: 'fn' }),
          endpoint('/call/{lambda}', 'POST', { function_param_name: 'Lambda' }),
        ],
      },
      { env: CREDENTIALS },
    )
  })

  beforeEach(() => {
    calls = []
    respond(200, '{"ok":true}')
  })

  after(async () => {
    await gateway.stop()
    await cloud.close()
  })

  async function ask(path: string, init: RequestInit = {}): Promise<[number, string, Headers]> {
    const response = await fetch(`${gateway.url}${path}`, init)
    return [response.status, await response.text(), response.headers]
  }

  test('GET sends the parameters, signed; the query is not among them', async () => {
    assert.deepEqual((await ask('/l/42?q=1')).slice(0, 2), [200, '{"ok":true}'])
    const [{ method, url, headers, body } = assert.fail('it is called')] = calls
    assert.deepEqual([method, url, body], ['POST', '/2015-03-31/functions/fn/invocations', '{"userid":"42"}\n'])
    assert.equal(headers['x-amz-invocation-type'], 'RequestResponse')
    assert.match(headers.authorization ?? '', /^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/eu-west-1\/lambda\/aws4_request/)
  })

  test('other methods send the body, and a parameter names the function', async () => {
    const body = 'x'.repeat(1024 * 1024)
    assert.equal((await ask('/l', { method: 'POST', body }))[0], 200)
    assert.equal((await ask('/call/my-Fn', { method: 'POST', body: '{}' }))[0], 200)
    assert.deepEqual(
      calls.map((call) => [call.url.split('/')[3], call.body.length]),
      [
        ['fn', body.length],
        ['my-Fn', 2],
      ],
    )
  })

  test('the answer is an object, with the version that ran; an exception of the function is one, too', async () => {
    respond(200, '{"a":{"b":1}}', { 'X-Amz-Executed-Version': '3' })
    const [status, body, headers] = await ask('/l/1')
    assert.deepEqual([status, body, headers.get('X-Amz-Executed-Version')], [200, '{"a":{"b":1}}', '3'])
    respond(200, '{"errorMessage":"x"}', { 'X-Amz-Function-Error': 'Unhandled' })
    assert.deepEqual((await ask('/l/1')).slice(0, 2), [200, '{"errorMessage":"x"}'])
    respond(200, 'null')
    assert.deepEqual((await ask('/l/1')).slice(0, 2), [200, '{}'])
  })

  test('anything else is an error', async () => {
    respond(200, '[1]')
    assert.equal((await ask('/l/1'))[0], 500)
    respond(202, '{}')
    assert.deepEqual((await ask('/l/1')).slice(0, 2), [500, 'aws lambda: bad status code'])
    respond(404, '{"message":"no such function"}', { 'X-Amzn-ErrorType': 'ResourceNotFoundException' })
    assert.deepEqual((await ask('/l/1')).slice(0, 2), [500, 'no such function'])
    react = () => {}
    assert.deepEqual((await ask('/l/1')).slice(0, 2), [500, 'context deadline exceeded'])
    assert.equal((await ask('/__health'))[0], 200)
  })

  test('a cloud that goes away and comes back: an error for each call meanwhile, none after', async () => {
    const { port } = new URL(cloud.url)
    assert.equal((await ask('/l/1'))[0], 200)
    await cloud.close()
    assert.equal((await ask('/l/1'))[0], 500)
    assert.equal((await ask('/__health'))[0], 200)
    cloud = await startBackend((request, response) => void answer(request, response), Number(port))
    assert.deepEqual((await ask('/l/1')).slice(0, 2), [200, '{"ok":true}'])
  })

  test('SIGTERM in the middle: what was called is answered, and called once', async () => {
    const called = Promise.withResolvers<ServerResponse>()
    react = called.resolve
    const answered = ask('/l', { method: 'POST', body: '{}' })
    const response = await called.promise
    gateway.child.kill('SIGTERM')
    await gateway.waitFor('Signal intercepted')
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"late":true}')
    assert.deepEqual((await answered).slice(0, 2), [200, '{"late":true}'])
    assert.equal(await gateway.exited, 0)
    assert.equal(calls.length, 1)
  })
})
