// What `validation/cel` promises: when expressions run, what they see, what a no means, and what wrong ones do.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Readable } from 'node:stream'
import type { BackendConfig } from '../../../config/types.ts'
import { Data } from '../../../engine/data.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { decodeJsonObject } from '../../../engine/decode-json.ts'
import { ownRejecters } from '../../../engine/ports.ts'
import { Scope } from '../../../engine/scope.ts'
import type { PipeRequest, PipeResponse } from '../../../engine/types.ts'
import { checkOptions, makeRequest, makeResponse, makeSite } from '../../../testing/index.ts'
import type { TestSite } from '../../../testing/index.ts'
import { backendCel, celRejecter, endpointCel } from './index.ts'
import { formatNow } from './now.ts'

const optionsOf = (texts: readonly string[]) => texts.map((text) => ({ check_expr: text, mod_expr: '' }))

function endpointSite({ dialect = 3 }: { dialect?: 2 | 3 } = {}): TestSite {
  const place = { label: '[ENDPOINT: /x]', id: 'GET /x', name: '/x', timeoutMs: 2000, backends: [], extraConfig: new Map(), endpoint: null }
  return makeSite({ label: place.label, place }, { dialect })
}

function backendSite(urlPattern: string): TestSite {
  const backend = { urlPattern, encoding: 'json' } as BackendConfig
  return makeSite({ label: `[BACKEND: ${urlPattern}]`, backend })
}

interface Asked {
  readonly site?: TestSite
  readonly request?: Partial<PipeRequest>
  readonly response?: Partial<PipeResponse>
}

/** `passed`, or the text of the refusal; with `(called)` when what stands behind was asked before. */
async function ask(texts: readonly string[], { site = endpointSite(), request = {}, response = {} }: Asked = {}): Promise<string> {
  const declaration = site.backend === null ? endpointCel : backendCel
  const layer = declaration.build(optionsOf(texts), site)
  if (layer === null) return 'off'
  let wasCalled = false
  const pipe = layer(() => {
    wasCalled = true
    return Promise.resolve(makeResponse(response))
  })
  try {
    await pipe(makeRequest(request), Scope.root())
    return 'passed'
  } catch (error) {
    return `${(error as Error).message}${wasCalled ? ' (called)' : ''}`
  }
}

function dataOf(json: string): Data | null {
  return decodeJsonObject(Buffer.from(json))
}

describe('the text decides when an expression runs', () => {
  const no = 'request aborted by evaluator #0'
  test('req: before the call', async () => assert.equal(await ask(["req_method == 'POST'"]), no))
  test('resp: after it', async () => assert.equal(await ask(['!resp_completed']), `${no} (called)`))
  test('neither: never', async () => assert.equal(await ask(["now == ''", '1 == 2']), 'off'))
  test('both: in both, with the variables of each alone', async () => {
    assert.equal(await ask(["req_method == 'GET' || resp_completed"]), 'passed')
    assert.equal(await ask(["req_method == 'GET' && resp_completed"]), no)
    assert.equal(await ask(["resp_data.request_id == '1'"]), no)
  })
  test('numbers count among the expressions of the phase, the first no ends it', async () => {
    const texts = ['resp_completed', "req_method == 'GET'", "req_path == '/no'", 'req_params.x == ""']
    assert.equal(await ask(texts), 'request aborted by evaluator #1')
  })
  test('only true is a yes', async () => {
    assert.equal(await ask(['req_method']), no)
    assert.equal(await ask(['req_params.Id == "1"']), no)
  })
})

describe('wrong expressions', () => {
  test('wrong types: this one is left out, in KrakenD 1.x all', async () => {
    const texts = ['req_params.Id > 5', "req_method == 'POST'"]
    assert.equal(await ask(texts), 'request aborted by evaluator #0')
    assert.equal(await ask(texts, { site: endpointSite({ dialect: 2 }) }), 'off')
  })
  test('wrong syntax in a phase switches everything off, elsewhere nothing', async () => {
    const site = endpointSite()
    assert.equal(await ask(["req_method == 'POST'", 'resp_completed &&'], { site }), 'off')
    assert.deepEqual(site.lines.slice(0, 1), ['DEBUG [ENDPOINT: /x][CEL] Loading configuration'])
    assert.match(
      site.lines[1] ?? '',
      /^WARNING \[ENDPOINT: \/x\]\[CEL\] Error parsing the definitions: error parsing the expression ERROR: /,
    )
    assert.equal(site.lines[2], 'WARNING [ENDPOINT: /x][CEL] Falling back to the next pipe proxy')
    assert.equal(await ask(["req_method == 'POST'", '1 +']), 'request aborted by evaluator #0')
  })
  test('check says where, and what follows', () => {
    assert.deepEqual(checkOptions(celRejecter, optionsOf(['req_params.Id > 5', 'req_x ==', "now == ''", 'resp_data.request_id == "1"'])), [
      "error [0].check_expr: line 1, column 15: found no matching overload for '_>_' applied to '(string, int)'; this expression is skipped, requests pass unchecked",
      "error [1].check_expr: line 1, column 9: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}; no expression of this list is checked",
      'error [2].check_expr: never runs: its text has neither of "req", "resp" or "JWT"',
      'warning [3].check_expr: is also evaluated before the call, because of its text; resp_data cannot be read then',
    ])
    for (const declaration of [endpointCel, backendCel])
      assert.deepEqual(checkOptions(declaration, optionsOf(['JWT.sub == "1"'])), [
        'error [0].check_expr: never runs: its text has neither of "req" or "resp"',
      ])
    assert.deepEqual(checkOptions(celRejecter, optionsOf(['req_method == "GET"', 'size(JWT.roles) > 1'])), [])
    assert.deepEqual(checkOptions(celRejecter, { check_expr: 'true' }).length, 1)
  })
})

describe('variables of the request', () => {
  const request: Partial<PipeRequest> = {
    method: 'PUT',
    path: '/client/path',
    params: new Map([['User', 'a b']]),
    query: new Map([['tag', ['x', 'y']]]),
    headers: new HeaderMap(['X-A', 'one', 'X-A', Buffer.from('zwö').toString('latin1')]),
  }
  const holds = async (text: string, site = endpointSite()): Promise<void> => assert.equal(await ask([text], { request, site }), 'passed')

  test('method, path and parameters', () => holds("req_method == 'PUT' && req_path == '/client/path' && req_params == {'User': 'a b'}"))
  test('the path of a backend is its pattern, filled', () => holds("req_path == '/b/a b?x=1'", backendSite('/b/{{.User}}?x=1')))
  test('headers in canonical form, as texts', () => holds("req_headers == {'X-A': ['one', 'zwö']} && !('x-a' in req_headers)"))
  test('query', () => holds("req_querystring.tag == ['x', 'y'] && size(req_querystring) == 1"))
  test('now is the time of the request', () => holds("timestamp(now) > timestamp('2024-01-01T00:00:00Z') && req_method != ''"))
})

describe('variables of the answer', () => {
  const holds = async (text: string, response: Partial<PipeResponse>): Promise<void> =>
    assert.equal(await ask([text], { response }), 'passed')

  test('decoded numbers are texts as they were written', () =>
    holds("resp_data.a == '1.50' && resp_data.b == ['12345678901234567890', '-2'] && resp_data.c.d == '1'", {
      data: dataOf('{"a":1.50,"b":[12345678901234567890,-2],"c":{"d":1}}'),
    }))
  test('keys of the language behind are keys like others', () =>
    holds("resp_data['__proto__'] == '1' && !has(resp_data.constructor) && size(resp_data) == 1", { data: dataOf('{"__proto__":1}') }))
  test('null is no data, and has no keys', () => holds('resp_data == {} && resp_completed', { data: null }))
  test('status and headers only where the answer has some', async () => {
    const response = { statusCode: 204, headers: new HeaderMap(['X-B', '1']) }
    await holds("resp_metadata_status == 204 && resp_metadata_headers['X-B'] == ['1']", response)
    await holds('resp_metadata_status == 0 && size(resp_metadata_headers) == 0', {})
  })
  test('data that is nested without end is a no', async () => {
    const list = `${'['.repeat(9000)}1${']'.repeat(9000)}`
    const answer = await ask(['resp_data.a == resp_data.b'], { response: { data: dataOf(`{"a":${list},"b":${list}}`) } })
    assert.match(answer, /^(passed|request aborted by evaluator #0 \(called\))$/)
  })
})

test('a partial answer passes unseen, a refused stream is let go', async () => {
  assert.equal(await ask(['!resp_completed'], { response: { error: new Error('half') } }), 'passed')
  const body = Readable.from(['x'])
  assert.equal(await ask(['!resp_completed'], { response: { body } }), 'request aborted by evaluator #0 (called)')
  assert.equal(body.destroyed, true)
})

test("the log has KrakenD's lines", async () => {
  const site = endpointSite()
  await ask(["req_method == 'GET'", 'req_params.a == ""', 'resp_data.b'], { site })
  await ask(["req_method == 'GET'", 'resp_data.b'], { site, response: { data: dataOf('{"b":"x"}') } })
  assert.deepEqual(site.lines, [
    'DEBUG [ENDPOINT: /x][CEL] Loading configuration',
    'DEBUG [ENDPOINT: /x][CEL] 2 preEvaluator(s) loaded',
    'DEBUG [ENDPOINT: /x][CEL] 1 postEvaluator(s) loaded',
    'DEBUG [ENDPOINT: /x][CEL][pre] Evaluator #0 result: true',
    'INFO [ENDPOINT: /x][CEL][pre] Evaluator #1 failed: no such key: a',
    'DEBUG [ENDPOINT: /x][CEL] Loading configuration',
    'DEBUG [ENDPOINT: /x][CEL] 1 preEvaluator(s) loaded',
    'DEBUG [ENDPOINT: /x][CEL] 1 postEvaluator(s) loaded',
    'DEBUG [ENDPOINT: /x][CEL][pre] Evaluator #0 result: true',
    'INFO [ENDPOINT: /x][CEL][post] Evaluator #0 result: x',
  ])
})

describe('expressions about tokens', () => {
  function rejecterOf(texts: readonly string[], site = endpointSite()): ((claims: Record<string, unknown>) => boolean) | null {
    assert.equal(celRejecter.build(optionsOf(texts), site), null)
    assert.deepEqual(ownRejecters({ ...site, id: 'GET /other' }), [])
    return ownRejecters(site)[0] ?? null
  }

  test('see the claims, whose numbers are doubles', () => {
    const rejects = rejecterOf(["JWT.level > 4 && 'a' in JWT.roles", 'JWT.exp - 1.0 == 4.5'])
    assert.equal(rejects?.({ level: 5, roles: ['a'], exp: 5.5 }), false)
    assert.equal(rejects?.({ level: 4, roles: ['a'], exp: 5.5 }), true)
    assert.equal(rejects?.({ level: 5, roles: ['a'], exp: 5 }), true)
  })
  test('a claim that is missing is a no', () => assert.equal(rejecterOf(["JWT.sub == 'x'"])?.({}), true))
  test('others say nothing about tokens, nor do wrong ones', () => {
    assert.equal(rejecterOf(["req_method == 'GET'"]), null)
    assert.equal(rejecterOf(["JWT.sub == 'x'", 'JWT ==']), null)
    assert.equal(rejecterOf(['JWT > 1']), null)
  })
})

test('now has milliseconds without zeros at the end, and the zone', () => {
  const ms = Date.UTC(2024, 0, 15, 10, 30, 0, 120)
  assert.deepEqual(
    [formatNow(ms, 0), formatNow(ms, 120), formatNow(ms, -570), formatNow(ms - 120, 0)],
    ['2024-01-15T10:30:00.12Z', '2024-01-15T12:30:00.12+02:00', '2024-01-15T01:00:00.12-09:30', '2024-01-15T10:30:00Z'],
  )
})
