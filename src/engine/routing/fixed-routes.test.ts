import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSharedMemory } from '../../runtime/shared.ts'
import { makeExchange, makeLog } from '../../testing/index.ts'
import { HealthBoard } from '../process/health-board.ts'
import { debugHandler, echoHandler, healthHandler } from './fixed-routes.ts'
import { HeaderMap } from '../headers.ts'

async function echoed(headers: HeaderMap): Promise<unknown> {
  const exchange = { ...makeExchange(), headers }
  await echoHandler(exchange)
  return (JSON.parse(exchange.answered.body ?? '') as { req_headers: unknown }).req_headers
}

test('the echo shows all lines of a header, names sorted, without Host', async () => {
  const headers = new HeaderMap(['X-B', '1', 'Host', 'h', '__proto__', 'p', 'X-A', '2', 'X-B', '3', 'Transfer-Encoding', 'chunked'])
  const expected = Object.fromEntries([
    ['X-A', ['2']],
    ['X-B', ['1', '3']],
    ['__proto__', ['p']],
  ])
  assert.deepEqual(await echoed(headers), expected)
})

test('the echo shows values as the UTF-8 that they are; what is none is U+FFFD', async () => {
  assert.deepEqual(await echoed(new HeaderMap(['X-A', '\xc3\xa9', 'X-B', '<\xe9>'])), { 'X-A': ['é'], 'X-B': ['<\ufffd>'] })
})

test('the echo looks at each line of the headers once, however many names there are', async () => {
  let steps = 0
  const fields = new Proxy(
    Array.from({ length: 2000 }, (_, index) => (index % 2 === 0 ? `X-${index}` : '1')),
    {
      get(target, key, receiver) {
        steps++
        return Reflect.get(target, key, receiver) as unknown
      },
    },
  )
  await echoed(new HeaderMap(fields))
  assert.ok(steps < 10_000, String(steps))
})

test('the health check tells of the process what is worth telling, and nothing else', () => {
  const board = new HealthBoard(createSharedMemory())
  board.start(Date.now() - 5000)
  const handle = healthHandler({ tellsAgents: true, agents: () => ({}), connections: new Map(), health: () => board.read() })
  const ask = (): { code: number; body: Record<string, unknown> } => {
    const exchange = makeExchange()
    void handle(exchange)
    return { code: exchange.statusCode, body: JSON.parse(exchange.answered.body ?? '') as Record<string, unknown> }
  }
  const fine = ask()
  assert.deepEqual([fine.code, Object.keys(fine.body), fine.body['status']], [200, ['agents', 'now', 'status'], 'ok'])
  assert.match(String(fine.body['now']), / m=\+5\.\d{9}$/)
  board.count(1, 2)
  board.tellReload({ reason: `ä${'x'.repeat(10_000)}`, at: 'then' })
  const { details } = ask().body as { details: { reload: { reason: string }; workers: unknown } }
  assert.deepEqual(details.workers, { serving: 1, of: 2 })
  assert.equal(details.reload.reason, `ä${'x'.repeat(599)}`)
  board.tellReload(null)
  board.count(2, 2)
  assert.equal('details' in ask().body, false)
  board.stop()
  const stopping = ask()
  assert.deepEqual([stopping.code, stopping.body['status']], [503, 'stopping'])
})

test('the debug endpoint logs what came as Go prints it; version 2 without a label', async () => {
  const send = async (dialect: 2 | 3): Promise<string[]> => {
    const log = makeLog()
    const init = {
      method: 'POST',
      target: '/__debug/x?b=2&a=1&a=0',
      headers: { 'X-B': ['1', '2'], 'X-A': 'a' },
      params: { Param: '/x' },
      body: 'hello',
    }
    const exchange = makeExchange(init)
    await debugHandler(log, dialect)(exchange)
    assert.equal(exchange.answered.body, '{"message":"pong"}')
    return log.lines
  }
  const lines = [
    'Method: POST',
    'URL: /__debug/x?b=2&a=1&a=0',
    'Query: map[a:[1 0] b:[2]]',
    'Params: [{param /x}]',
    'Headers: map[X-A:[a] X-B:[1 2]]',
    'Body: hello',
  ]
  assert.deepEqual(
    await send(3),
    lines.map((line) => `DEBUG [ENDPOINT: /__debug/*] ${line}`),
  )
  assert.deepEqual(
    await send(2),
    lines.map((line) => `DEBUG ${line}`),
  )
})
